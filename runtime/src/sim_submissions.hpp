// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "sim_dice.hpp"
#include "weir/driver.hpp"

namespace weir::detail {

/// The time that passes, on io_uring, between an operation's start or cancel and the kernel's look
/// at it, for a simulation: by chance until the loop's turn ends. So an operation whose cancel was
/// asked for may yet succeed.
class sim_submissions {
 public:
  /// `waits`: whether anything ever waits.
  sim_submissions(bool waits, const sim_dice& dice) noexcept : waits_(waits), dice_(dice) {}

  /// True when the operation waits here for its start; else it is to be started.
  bool holds_start(io_work& operation);
  /// True when the cancel waits here; else the operation is to be cancelled.
  bool holds_cancel(io_work& operation);
  /// Forgets the start of an operation; false where it was not here.
  bool forget(io_work& operation);

  /// Gives all away to be started and then, where they have not ended, to be cancelled; false when
  /// there was nothing.
  bool submit(const std::function<void(io_work&)>& start,
              const std::function<void(io_work&)>& cancel);

  /// Those whose cancel waits; whoever ends one takes it out.
  std::vector<io_work*>& cancelling() noexcept { return cancelling_; }

 private:
  bool waits_;
  sim_dice dice_;
  std::vector<io_work*> starting_;
  std::deque<io_work*> submitting_;  // While submit() starts them.
  std::vector<io_work*> cancelling_;
};

}  // namespace weir::detail
