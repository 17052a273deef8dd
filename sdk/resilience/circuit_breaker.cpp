// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/circuit_breaker.hpp"

#include <cmath>

#include "counted.hpp"
#include "require.hpp"
#include "span_text.hpp"
#include "weir/sleep.hpp"

namespace weir {
namespace {

constexpr duration window_min = std::chrono::microseconds(1);

breaker_options checked(breaker_options options) {
  const std::string where = "circuit breaker '" + options.name + "': ";
  const double ratio = options.failure_ratio;
  detail::require(ratio >= 0 && ratio <= 1, where + "failure_ratio must be from 0 to 1");
  detail::require(options.consecutive_failures > 0 || ratio > 0,
                  where + "give consecutive_failures or failure_ratio, or it never opens");
  detail::require(options.window >= window_min, where + "window must be a microsecond or more");
  detail::require(
      options.probes > 0 && options.probes <= breaker_options::probes_max,
      where + "probes must be from 1 to " + std::to_string(breaker_options::probes_max));
  detail::require(options.counts != nullptr, where + "counts must say which errors are failures");
  return options;
}

std::string percent(double ratio) { return std::to_string(std::lround(ratio * 100)) + " %"; }

}  // namespace

std::string_view to_string(breaker_state value) noexcept {
  switch (value) {
    case breaker_state::closed:
      return "closed";
    case breaker_state::open:
      return "open";
    case breaker_state::half_open:
      return "half open";
  }
  return "unknown";
}

circuit_breaker::circuit_breaker(breaker_options options)
    : options_(checked(std::move(options))), window_(options_.window) {}

bool circuit_breaker::admits() const noexcept {
  if (state_ == breaker_state::open) return loop::current().now() >= open_until_;
  return state_ == breaker_state::closed || probes_left_ > 0;
}

std::optional<circuit_breaker::admission> circuit_breaker::try_admit() {
  if (!admits()) return std::nullopt;
  if (state_ == breaker_state::open) {
    probes_left_ = options_.probes;
    probes_succeeded_ = 0;
    why_ = "it was open for " + detail::rounded_span_text(open_for_);
    change_to(breaker_state::half_open);
  }
  if (state_ == breaker_state::half_open) --probes_left_;
  return admission(*this, generation_);
}

circuit_breaker::admission circuit_breaker::admit() {
  auto admitted = try_admit();
  if (!admitted) throw refusal();
  return std::move(*admitted);
}

task<> circuit_breaker::wait_admitting() {
  while (!admits()) {
    if (state_ == breaker_state::open) {
      co_await sleep_until(open_until_);
    } else {
      co_await changed_.wait();
    }
  }
}

void circuit_breaker::record_success(std::uint64_t generation) noexcept {
  if (generation != generation_) return;
  if (state_ == breaker_state::closed) {
    failures_in_a_row_ = 0;
    window_.add(loop::current().now(), false);
    return;
  }
  if (++probes_succeeded_ < options_.probes) return;
  openings_ = 0;
  open_for_ = duration::zero();
  failures_in_a_row_ = 0;
  window_.clear();
  why_ = detail::counted(probes_succeeded_, "probe") + " succeeded";
  change_to(breaker_state::closed);
}

void circuit_breaker::record_failure(std::uint64_t generation, const error& why) noexcept {
  if (why.is_cancelled() || !options_.counts(why)) return give_back(generation);
  if (generation != generation_) return;
  if (state_ == breaker_state::half_open) return open("a probe failed", why);

  ++failures_in_a_row_;
  const time_point now = loop::current().now();
  window_.add(now, true);
  if (failures_in_a_row_ == options_.consecutive_failures) {
    return open(detail::counted(failures_in_a_row_, "failure") + " in a row", why);
  }
  const auto [calls, failures] = window_.within(now);
  if (options_.failure_ratio > 0 && calls >= options_.calls_min &&
      static_cast<double>(failures) >= options_.failure_ratio * static_cast<double>(calls)) {
    open(detail::counted(failures, "failure") + " of " + detail::counted(calls, "call"), why);
  }
}

void circuit_breaker::give_back(std::uint64_t generation) noexcept {
  if (generation != generation_ || state_ != breaker_state::half_open) return;
  ++probes_left_;
  changed_.set();  // Wakes who waits now; who comes later looks for himself.
  changed_.reset();
}

void circuit_breaker::open(const std::string& rule, const error& last) {
  loop& here = loop::current();
  open_for_ = options_.open_for.delay(++openings_, here.random(), open_for_);
  open_until_ = saturating_add(here.now(), open_for_);
  why_ = rule + ", the last: " + last.message();
  change_to(breaker_state::open);
}

void circuit_breaker::change_to(breaker_state next) {
  const breaker_state from = std::exchange(state_, next);
  ++generation_;
  changed_.set();
  changed_.reset();
  if (!options_.on_change) return;
  const duration refused = next == breaker_state::open ? open_for_ : duration::zero();
  options_.on_change({.from = from, .to = next, .why = why_, .open_for = refused});
}

error circuit_breaker::refusal() const {
  std::string text = "circuit breaker '" + options_.name + "' is ";
  if (state_ == breaker_state::open) {
    text += "open after " + why_ + "; the next call is let through in " +
            detail::rounded_span_text(open_until_ - loop::current().now());
  } else {
    text += "half open; the next call is let through when those that probe have succeeded";
  }
  return {errc::unavailable, disposition::retry, std::move(text)};
}

std::string circuit_breaker::describe() const {
  std::string text = "breaker '" + options_.name + "'";
  if (options_.consecutive_failures > 0) {
    text += ", " + detail::counted(options_.consecutive_failures, "failure") + " in a row";
  }
  if (options_.failure_ratio > 0) {
    text += options_.consecutive_failures > 0 ? " or " : ", ";
    text += percent(options_.failure_ratio) + " of at least " + std::to_string(options_.calls_min) +
            " calls in " + detail::span_text(options_.window);
  }
  return text + ", open " + options_.open_for.to_string();
}

}  // namespace weir
