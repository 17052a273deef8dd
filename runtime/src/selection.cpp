// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/selection.hpp"

#include <utility>

namespace weir::detail {

void selection::add(std::size_t index, suspension& leaf) noexcept {
  WEIR_ASSERT(index == added_ && winner_ == none);
  arms_[added_++].leaf = &leaf;
  ++waiting_;
  leaf.report_to(*this);
}

void selection::added_is_done() noexcept {
  --waiting_;
  winner_ = added_ - 1;
  stop_arms();
}

void selection::arm_all() noexcept {
  is_armed_ = true;
  wake_if_ended();
}

void selection::on_wake(suspension& woken) noexcept {
  WEIR_ASSERT(waiting_ > 0);
  --waiting_;
  if (&woken != stopped_now_ && winner_ == none) {
    winner_ = 0;
    while (arms_[winner_].leaf != &woken) ++winner_;
  }
  // An arm that is being stopped has left its queue by now, and lets those behind it pass when this
  // returns. By then no other arm may stand in that queue.
  stop_arms();
  wake_if_ended();
}

void selection::stop_arms() noexcept {
  for (std::size_t index = 0; index < added_; ++index) {
    arm& one = arms_[index];
    if (!one.leaf->is_parked() || one.is_stopping) continue;
    one.is_stopping = true;
    suspension* const outer = std::exchange(stopped_now_, one.leaf);
    one.leaf->on_stop();
    stopped_now_ = outer;
  }
}

void selection::wake_if_ended() noexcept {
  if (waiting_ == 0 && is_armed_ && is_parked()) wake();
}

}  // namespace weir::detail
