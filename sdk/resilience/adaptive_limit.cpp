// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/adaptive_limit.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "require.hpp"

namespace weir {
namespace {

constexpr std::size_t round_calls_min = 50;
constexpr std::size_t rounds_between_probes = 50;
constexpr double least_gradient = 0.5;
constexpr double after_overload = 0.8;

adaptive_limit_options checked(const adaptive_limit_options& options) {
  detail::require(options.min >= 1 && options.min <= options.first &&
                      options.first <= options.max &&
                      options.max <= adaptive_limit_options::limit_max,
                  "adaptive_limit: needs 1 <= min <= first <= max <= " +
                      std::to_string(adaptive_limit_options::limit_max) + ", and has min " +
                      std::to_string(options.min) + ", first " + std::to_string(options.first) +
                      ", max " + std::to_string(options.max));
  return options;
}

}  // namespace

adaptive_limit::adaptive_limit(adaptive_limit_options options)
    : options_(checked(options)),
      limit_(static_cast<double>(options_.first)),
      rounds_until_probe_(rounds_between_probes) {}

std::size_t adaptive_limit::limit() const noexcept {
  const auto whole = static_cast<std::size_t>(limit_);
  return phase_ == phase::normal ? whole : std::max(options_.min, whole / 2);
}

void adaptive_limit::record(duration latency, std::size_t in_flight,
                            call_outcome outcome) noexcept {
  if (outcome == call_outcome::ignored) return;
  round_.most_in_flight = std::max(round_.most_in_flight, in_flight);
  if (outcome == call_outcome::overloaded) {
    ++round_.overloads;
  } else {
    ++round_.successes;
    round_.sum += static_cast<double>(std::max(latency, duration(1)).count());
  }
  const std::size_t ended = round_.successes + round_.overloads;
  if (ended >= std::max(round_calls_min, static_cast<std::size_t>(limit_))) end_round();
}

void adaptive_limit::end_round() noexcept {
  const round ended = std::exchange(round_, round());
  if (ended.overloads > 0) {
    limit_ = std::max(static_cast<double>(options_.min), limit_ * after_overload);
  }
  if (phase_ == phase::draining) {
    phase_ = phase::measure;
    return;
  }
  if (ended.successes == 0) return;
  const double mean = ended.sum / static_cast<double>(ended.successes);
  if (phase_ == phase::measure) {
    baseline_ = mean;
    phase_ = phase::normal;
    rounds_until_probe_ = rounds_between_probes;
    return;
  }
  adapt(ended, mean);
  if (--rounds_until_probe_ == 0) phase_ = phase::draining;
}

void adaptive_limit::adapt(const round& ended, double mean) noexcept {
  if (ended.overloads > 0) return;
  const double gradient = std::clamp(baseline_ / mean, least_gradient, 1.0);
  const double wanted = limit_ * gradient + std::sqrt(limit_);
  const bool was_used = 2 * static_cast<double>(ended.most_in_flight) >= limit_;
  if (wanted > limit_ && !was_used) return;
  limit_ = std::clamp(wanted, static_cast<double>(options_.min), static_cast<double>(options_.max));
}

std::string adaptive_limit::describe() const {
  if (options_.min == options_.max) return "at most " + std::to_string(options_.max) + " at a time";
  return std::to_string(options_.min) + " to " + std::to_string(options_.max) +
         " at a time, by latency";
}

}  // namespace weir
