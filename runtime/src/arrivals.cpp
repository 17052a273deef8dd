// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/arrivals.hpp"

#include "weir/loop.hpp"

namespace weir::detail {

arrivals::owner arrivals::make(io_kind kind, int descriptor, std::size_t ahead_max) {
  return owner(new arrivals({.kind = kind, .descriptor = descriptor}, ahead_max));
}

arrivals::arrivals(const io_request& request, std::size_t ahead_max) noexcept
    : io_work(request), driver_(loop::current().driver()), ahead_max_(ahead_max) {}

void arrivals::arm() noexcept {
  if (armed_) return;
  armed_ = true;
  stopping_ = false;
  driver_.note_start(*this);
  driver_.start(*this);
}

bool arrivals::take(io_completion& into) noexcept {
  if (first_ == results_.size()) return false;
  into = results_[first_++];
  if (first_ == results_.size()) {
    results_.clear();
    first_ = 0;
  }
  return true;
}

void arrivals::keep(const io_completion& completion) noexcept {
  if (!waiting_.empty()) {
    arrivals_wait& waiting = waiting_.pop_front();
    waiting.completion_ = completion;
    waiting.came_ = true;
    return waiting.wake();
  }
  results_.push_back(completion);
  if (size() < ahead_max_ || stopping_ || !armed_ || !completion.more) return;
  stopping_ = true;
  driver_.cancel(*this);
}

void arrivals::on_completion(const io_completion& completion) noexcept {
  if (!completion.more) {
    armed_ = false;
    if (owned_) driver_.note_end(*this);
  }
  if (!owned_) {
    drop(completion);
    if (armed_) return;
    driver_.orphan_ended();
    delete this;
    return;
  }
  if (completion.result >= 0) {
    keep(completion);
  } else {
    ended(completion.result);
  }
  // Whoever waits still, or has come to wait since a cancel of ours, needs it running.
  if (!waiting_.empty()) arm();
}

void arrivals::ended(int status) noexcept {
  if (status == -ENOBUFS && request().kind == io_kind::receive_many) {
    armed_ = true;  // The driver starts it when a buffer is there.
    return driver_.wait_for_buffer(*this);
  }
  if (status != -ECANCELED) keep({.result = status});  // Else it was our own cancel.
}

void arrivals::drop(const io_completion& result) noexcept {
  if (result.buffer >= 0) return driver_.return_buffer(result.buffer);
  if (request().kind == io_kind::accept_many && result.result >= 0) {
    driver_.close_descriptor(result.result);
  }
}

void arrivals::release() noexcept {
  WEIR_ASSERT(waiting_.empty());
  owned_ = false;
  io_completion result{.result = 0};
  while (take(result)) drop(result);
  if (!armed_ || driver_.stop_waiting_for_buffer(*this)) {
    delete this;
    return;
  }
  driver_.expect_orphan();
  driver_.note_end(*this);  // It touches no memory but its own, and its descriptor may be closed.
  if (!stopping_) driver_.cancel(*this);
}

}  // namespace weir::detail
