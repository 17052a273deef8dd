// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/remote_call.hpp"

namespace weir::detail {

void remote_call::begin(time_point deadline) noexcept {
  deadline_ = deadline;
  target_->post_item(start_);
}

void remote_call::on_stop() noexcept {
  // Where the task has ended already, its end is on the way here, and the target may be gone.
  state expected = state::running;
  if (state_.compare_exchange_strong(expected, state::stopping)) target_->post_item(stop_);
}

void remote_call::start_there() noexcept {
  target_->hold();
  context_.emplace(nullptr, deadline_);
  std::coroutine_handle<> frame;
  promise_base* const promise = make(frame);
  if (promise != nullptr) return target_->start(*promise, frame, *this, *context_, where_);
  if (state_.exchange(state::ended) == state::running) end_there();
}

void remote_call::stop_there() noexcept {
  stop_came_ = true;
  if (state_.load() == state::ended) return end_there();
  context_->request_stop();
}

void remote_call::task_done(promise_base& ended) noexcept {
  target_->task_ended(ended);
  keep_outcome();
  // A stop that is on its way here still touches this call.
  if (state_.exchange(state::ended) == state::running || stop_came_) end_there();
}

void remote_call::end_there() noexcept {
  target_->let_go();
  home().post_item(end_);  // From here the caller may end, and this with it.
}

}  // namespace weir::detail
