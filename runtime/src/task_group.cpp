// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/task_group.hpp"

#include "weir/loop.hpp"

namespace weir::detail {

void task_group::start(promise_base& promise, std::coroutine_handle<> frame,
                       std::source_location where) noexcept {
  ++alive_;
  loop::current().start(promise, frame, *this, stop_, where);
}

void task_group::task_done(promise_base& ended) noexcept {
  loop::current().task_ended(ended);
  if (ended.failure() && !first_failure_ && !is_cancellation(ended.failure())) {
    first_failure_ = ended.failure();
    request_stop();
  }
  child_ended(ended, ended.frame());
  WEIR_ASSERT(alive_ > 0);
  if (--alive_ == 0 && joining_ != nullptr) std::exchange(joining_, nullptr)->all_ended();
}

}  // namespace weir::detail
