// SPDX-License-Identifier: Apache-2.0
#include "gate.hpp"

#include <algorithm>

#include "weir/loop.hpp"
#include "weir/observe/log.hpp"
#include "weir/sleep.hpp"
#include "weir/when_any.hpp"

namespace weir::detail {
namespace {

/// Between two tries to reach the bucket of a shared rate.
constexpr duration rate_retry_interval = std::chrono::seconds(1);

}  // namespace

gate::gate(const durable& policy, const nats::jetstream& jetstream, manual_reset_event& closing,
           std::function<void(std::size_t)> on_width)
    : workers_(policy.workers()),
      closing_(closing),
      on_width_(std::move(on_width)),
      told_(policy.workers()) {
  if (policy.breaker()) {
    breaker_options options = *policy.breaker();
    options.on_change = [this, name = policy.name(),
                         then = std::move(options.on_change)](const breaker_change& change) {
      log_warning("the breaker of a consumer has changed",
                  {{"consumer", name}, {"breaker", change.to}, {"why", change.why}});
      is_closed_ = change.to == breaker_state::closed;
      ++breaker_changes_;
      tell_width();
      if (then) then(change);
    };
    breaker_.emplace(std::move(options));
  }
  if (policy.adaptive()) adaptive_.emplace(*policy.adaptive());
  if (policy.rate() > 0) rate_.emplace(policy.rate(), policy.rate_per(), 1);
  if (policy.shared_rate()) shared_rate_.emplace(jetstream, *policy.shared_rate());
  if (policy.in_flight()) in_flight_.emplace(*policy.in_flight(), [this] { tell_width(); });
}

std::size_t gate::width() const noexcept {
  std::size_t width = workers_;
  if (adaptive_) width = std::min(width, adaptive_->limit());
  if (in_flight_) width = std::min(width, in_flight_->get());
  return is_closed_ ? width : std::min<std::size_t>(width, 1);
}

std::optional<std::string> gate::trouble() const {
  if (!is_closed_) return "its breaker is " + std::string(to_string(breaker_->state()));
  if (paused_until_ > loop::current().now()) return "a rule of its policy pauses it";
  return std::nullopt;
}

bool gate::is_full() const noexcept { return (adaptive_ || in_flight_) && running_ >= width(); }

void gate::tell_width() {
  left_.set();
  const std::size_t now = width();
  if (now != std::exchange(told_, now)) on_width_(now);
}

bool gate::must_wait() const noexcept {
  return rate_ || shared_rate_ || is_full() || paused_until_ > loop::current().now();
}

task<std::optional<gate::pass>> gate::enter() {
  if (!must_wait()) {
    if (!breaker_) co_return make_pass({});
    auto admission = breaker_->try_admit();
    if (admission) co_return make_pass(std::move(admission));
  }
  if (closing_.is_set()) co_return std::nullopt;
  auto first = co_await when_any(wait(), as_task(closing_.wait()));
  if (first.index() != 0) co_return std::nullopt;
  co_return std::move(std::get<0>(first));
}

gate::pass gate::make_pass(std::optional<circuit_breaker::admission> admission) {
  return pass(*this, std::move(admission), loop::current().now(), ++running_);
}

task<> gate::wait_for_rates() {
  if (rate_) co_await rate_->acquire();
  for (bool told = false; shared_rate_;) {
    const auto acquired = co_await shared_rate_->acquire().as_result();
    if (acquired) co_return;
    if (acquired.error().is_cancelled()) throw acquired.error();
    if (!std::exchange(told, true)) {
      log_warning("handling waits for the shared rate", {{"error", acquired.error()}});
    }
    co_await sleep(rate_retry_interval);
  }
}

/// A permit of a rate is taken last, and is lost where something else is in the way by then: kept,
/// those of all who wait would be a burst.
task<gate::pass> gate::wait() {
  for (bool has_permit = !rate_ && !shared_rate_;;) {
    if (co_await wait_for_way()) has_permit = !rate_ && !shared_rate_;
    if (!has_permit) {
      co_await wait_for_rates();
      has_permit = true;
      continue;
    }
    std::optional<circuit_breaker::admission> admission;
    if (breaker_) {
      admission = breaker_->try_admit();
      if (!admission) continue;
    }
    co_return make_pass(std::move(admission));
  }
}

/// Until there is no pause, room, and a breaker that admits; true when it had to wait.
task<bool> gate::wait_for_way() {
  for (bool has_waited = false;; has_waited = true) {
    const duration pause = paused_until_ - loop::current().now();
    if (pause > duration::zero()) {
      co_await sleep(pause);
    } else if (is_full()) {
      left_.reset();
      co_await left_.wait();
    } else if (breaker_ && !breaker_->admits()) {
      co_await breaker_->wait_admitting();
    } else {
      co_return has_waited;
    }
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
