// SPDX-License-Identifier: Apache-2.0
#include "gate.hpp"

#include <algorithm>

#include "weir/loop.hpp"
#include "weir/observe/log.hpp"
#include "weir/sleep.hpp"

namespace weir::detail {

gate::gate(const durable& policy, std::function<void(std::size_t)> on_width)
    : workers_(policy.workers()), on_width_(std::move(on_width)), told_(policy.workers()) {
  if (policy.breaker()) {
    breaker_options options = *policy.breaker();
    options.on_change = [this, name = policy.name(),
                         then = std::move(options.on_change)](const breaker_change& change) {
      log_warning("consumer '" + name + "': its breaker is " + std::string(to_string(change.to)) +
                  ": " + std::string(change.why));
      is_closed_ = change.to == breaker_state::closed;
      tell_width();
      if (then) then(change);
    };
    breaker_.emplace(std::move(options));
  }
  if (policy.adaptive()) adaptive_.emplace(*policy.adaptive());
  if (policy.rate() > 0) rate_.emplace(policy.rate(), policy.rate_per(), 1);
}

std::size_t gate::width() const noexcept {
  if (!is_closed_) return 1;
  return adaptive_ ? std::min(adaptive_->limit(), workers_) : workers_;
}

void gate::tell_width() {
  left_.set();
  const std::size_t now = width();
  if (now != std::exchange(told_, now)) on_width_(now);
}

task<gate::pass> gate::enter() {
  if (rate_) co_await rate_->acquire();
  for (;;) {
    const duration pause = paused_until_ - loop::current().now();
    if (pause > duration::zero()) {
      co_await sleep(pause);
      continue;
    }
    if (adaptive_ && running_ >= width()) {
      left_.reset();
      co_await left_.wait();
      continue;
    }
    std::optional<circuit_breaker::admission> admission;
    if (breaker_) {
      co_await breaker_->wait_admitting();
      admission = breaker_->try_admit();
      if (!admission) continue;
    }
    co_return pass(*this, std::move(admission), loop::current().now(), ++running_);
  }
}

void gate::pause_until(time_point when) { paused_until_ = std::max(paused_until_, when); }

void gate::leave(const pass& done, std::optional<call_outcome> outcome) noexcept {
  --running_;
  if (adaptive_ && outcome) {
    adaptive_->record(loop::current().now() - done.begun_, done.running_, *outcome);
  }
  tell_width();
}

void gate::pass::succeeded() noexcept {
  if (admission_) admission_->record_success();
  std::exchange(of_, nullptr)->leave(*this, call_outcome::success);
}

void gate::pass::failed(const error& why) noexcept {
  if (admission_) admission_->record_failure(why);
  const bool is_load = !why.is_cancelled() && tells_of_trouble(why);
  std::exchange(of_, nullptr)
      ->leave(*this, is_load ? call_outcome::overloaded : call_outcome::ignored);
}

}  // namespace weir::detail
