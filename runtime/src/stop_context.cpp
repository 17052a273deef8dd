// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/stop_context.hpp"

#include <algorithm>

namespace weir::detail {

stop_context::stop_context(stop_context* parent, time_point deadline) noexcept
    : deadline_(deadline) {
  if (parent == nullptr) return;
  deadline_ = std::min(deadline, parent->deadline_);
  stopped_ = parent->stopped_;
  if (!stopped_) parent->children_.push_back(*this);
}

stop_context::~stop_context() {
  WEIR_ASSERT(listeners_.empty());
  WEIR_ASSERT(children_.empty());
  unlink();
}

void stop_context::request_stop() noexcept {
  if (stopped_) return;
  stopped_ = true;
  while (!children_.empty()) children_.pop_front().request_stop();
  while (!listeners_.empty()) listeners_.pop_front().on_stop();
}

}  // namespace weir::detail
