// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>

#include "weir/error.hpp"

namespace weir {

/// What becomes of the messages of a batch; a handler of many events may ask for `batch&`.
///
///     weir::task<> process(std::span<const OrderCreated> orders, weir::tx& db, weir::batch& all) {
///       for (std::size_t at = 0; at < orders.size(); ++at) {
///         if (orders[at].amount_cents < 0) all.fail(at, negative_amount());
///       }
///       ...
///     }
///
/// Those of which nothing is said succeed when the handler returns and its transaction is
/// committed. When the handler throws, nothing of it is committed, and the batch is halved until
/// the message is found that makes it throw.
class batch {
 public:
  /// The message of this index in the span has failed: the others are committed without it, so what
  /// the handler writes must leave it out. It is settled as one that threw `why`; the first word
  /// counts. Throws std::out_of_range.
  void fail(std::size_t index, error why);

  explicit batch(std::size_t size) noexcept : size_(size) {}
  const std::map<std::size_t, error>& failures() const noexcept { return failures_; }

 private:
  std::size_t size_;
  std::map<std::size_t, error> failures_;
};

}  // namespace weir
