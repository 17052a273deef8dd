// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <vector>

#include "orders.hpp"

namespace weir::test {

/// Messages "0", "1", ... that are published and consumed over one connection at the same time, and
/// the account of what became of each. Its stream and consumer are ORDERS and "worker".
class traffic {
 public:
  explicit traffic(nats::connection& over) : in_(over) {}

  /// Makes the stream and the consumer; the stream first, whose replicas the consumer has.
  task<> make(int replicas);
  /// Publishes and consumes until it is told to finish; then until all is handled and acknowledged.
  task<> run();
  /// Publishes no more; run() ends when the rest is handled.
  void finish() {
    finishing_ = true;
    progress_.set();
  }
  /// Suspends until so many more messages than now are handled, and as many confirmed.
  task<> go_on(std::size_t messages);

  /// What must be so after run(): each confirmed message is in the stream once and was handled.
  task<> check();

  orders& in() noexcept { return in_; }
  std::size_t confirmed() const noexcept { return sequences_.size(); }
  /// Messages that came in again after the server's confirmation of their acknowledgement had: not
  /// those whose second delivery was here by then, and waited to be handled.
  std::uint64_t came_after_acknowledgement() const noexcept { return came_after_acknowledgement_; }

 private:
  task<> publish();
  task<> confirm(nats::publication sent);
  task<> work(nats::pull_source& source);
  task<> consume();
  task<> handle(nats::delivery one, const nats::pull_source& from);

  orders in_;
  bool finishing_ = false;
  bool all_published_ = false;  // and confirmed
  std::size_t published_ = 0;
  std::set<std::uint64_t> sequences_;  // that publications were confirmed with
  std::vector<bool> handled_;
  std::vector<std::uint64_t> acknowledged_;  // How many had come in when that was confirmed; or 0.
  std::uint64_t taken_ = 0;                  // of those that came in
  std::size_t handled_count_ = 0;
  std::uint64_t came_after_acknowledgement_ = 0;
  manual_reset_event progress_;
};

}  // namespace weir::test
