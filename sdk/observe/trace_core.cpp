// SPDX-License-Identifier: Apache-2.0
#include "trace_core.hpp"

#include <algorithm>

#include "weir/observe/detail/dropped.hpp"

namespace weir::detail {

constinit thread_local trace_core* trace_core::newest_ = nullptr;

void trace_core::install() noexcept {
  older_ = newest_;
  newest_ = this;
}

void trace_core::retire() noexcept {
  trace_core** at = &newest_;
  while (*at != nullptr && *at != this) at = &(*at)->older_;
  if (*at == this) *at = older_;
}

void trace_core::add(std::unique_ptr<span_record> ended) {
  if (kept_.size() == spans_max_) {
    kept_.pop_front();
    ++dropped_;
    trace_spans_dropped().add();
  }
  kept_.push_back(std::move(ended));
  has_one_.set();
  if (has_batch()) has_batch_.set();
}

trace_core::batch trace_core::take() {
  const std::size_t count = std::min(kept_.size(), batch_max_);
  batch taken;
  taken.reserve(count);
  for (std::size_t at = 0; at < count; ++at) {
    taken.push_back(std::move(kept_.front()));
    kept_.pop_front();
  }
  if (kept_.empty()) has_one_.reset();
  if (!has_batch()) has_batch_.reset();
  return taken;
}

}  // namespace weir::detail
