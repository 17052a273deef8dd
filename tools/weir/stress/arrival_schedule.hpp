// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "weir/clock.hpp"

namespace weir::tools {

inline constexpr std::uint64_t arrival_rate_max = 1'000'000;  // a second
inline constexpr std::size_t phases_max = 100;
inline constexpr std::chrono::seconds phase_max = std::chrono::hours(24);

/// A part of a load: so many arrivals a second for so long.
struct load_phase {
  std::chrono::seconds span{};
  std::uint64_t rate = 0;

  std::uint64_t arrivals() const noexcept {
    return rate * static_cast<std::uint64_t>(span.count());
  }
};

/// Reads "10s@1000" or "2m@500": whole numbers above zero, within the limits above.
std::optional<load_phase> parse_phase(std::string_view text);

/// When each of a load's messages is due: at even distances within its phase, and decided before
/// the first is sent, so that a server that is slow cannot make its own test easier.
class arrival_schedule {
 public:
  explicit arrival_schedule(std::vector<load_phase> phases);

  struct arrival {
    duration after_start{};
    std::size_t phase = 0;
  };
  /// The arrival of that number, from 0; `number` is below count().
  arrival at(std::uint64_t number) const noexcept;

  std::uint64_t count() const noexcept { return count_; }
  duration span() const noexcept { return span_; }
  const std::vector<load_phase>& phases() const noexcept { return phases_; }

 private:
  std::vector<load_phase> phases_;
  std::vector<std::uint64_t> first_;  // arrival of each phase
  std::vector<duration> start_;
  std::uint64_t count_ = 0;
  duration span_{};
};

}  // namespace weir::tools
