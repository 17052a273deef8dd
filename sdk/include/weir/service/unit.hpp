// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstddef>

#include "weir/postgres/transaction.hpp"
#include "weir/service/publications.hpp"

namespace weir {

/// A handler's part of a commit that it shares with other messages: group commit.
///
/// Writes are kept in order and go to the database together with those of up to 63 other messages,
/// in one round trip and one commit; a message whose writes fail is taken out and settled alone. So
/// a handler sees no answer of its writes, and must not need one: what must be read before it is
/// written belongs in a handler that asks for `tx&`. Valid while the handler runs.
class unit {
 public:
  /// What exec() gives: awaiting it never suspends.
  using queued = std::suspend_never;

  unit(postgres::tx& transaction, publications& events) noexcept
      : transaction_(&transaction), events_(&events) {}

  /// Adds a statement to the commit.
  template <class Statement, class... Arguments>
  queued exec(Statement statement, const Arguments&... arguments) {
    statements_end_ = transaction_->enqueue(statement, arguments...) + 1;
    return {};
  }

  /// Publishes `event` once the commit is done, if it succeeds.
  template <bound_event Event>
  void publish(const Event& event) {
    events_->add(event);
  }

  /// One past the number of the last statement added, among those of the whole commit.
  std::size_t statements_end() const noexcept { return statements_end_; }

 private:
  postgres::tx* transaction_;
  publications* events_;
  std::size_t statements_end_ = 0;
};

}  // namespace weir
