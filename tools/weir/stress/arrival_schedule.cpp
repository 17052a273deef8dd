// SPDX-License-Identifier: Apache-2.0
#include "arrival_schedule.hpp"

#include <algorithm>
#include <charconv>

#include "age.hpp"
#include "weir/assert.hpp"

namespace weir::tools {

std::optional<load_phase> parse_phase(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == text.npos) return std::nullopt;
  const auto span = parse_age(text.substr(0, at));
  const std::string_view number = text.substr(at + 1);
  load_phase read;
  const auto end = number.data() + number.size();
  const auto done = std::from_chars(number.data(), end, read.rate);
  const bool is_rate = done.ec == std::errc() && done.ptr == end && read.rate > 0;
  if (!span || *span > phase_max || !is_rate || read.rate > arrival_rate_max) return std::nullopt;
  read.span = *span;
  return read;
}

arrival_schedule::arrival_schedule(std::vector<load_phase> phases) : phases_(std::move(phases)) {
  for (const load_phase& one : phases_) {
    WEIR_ASSERT(one.rate > 0);
    first_.push_back(count_);
    start_.push_back(span_);
    count_ += one.arrivals();
    span_ += one.span;
  }
}

arrival_schedule::arrival arrival_schedule::at(std::uint64_t number) const noexcept {
  WEIR_ASSERT(number < count_);
  const auto behind = std::ranges::upper_bound(first_, number);
  const auto phase = static_cast<std::size_t>(behind - first_.begin()) - 1;
  const std::uint64_t rate = phases_[phase].rate;
  const std::uint64_t within = number - first_[phase];
  // Whole seconds apart from the rest, so that no product is too large and no error adds up.
  const auto whole = std::chrono::seconds(within / rate);
  constexpr std::uint64_t second = 1'000'000'000;
  const auto rest = std::chrono::nanoseconds(within % rate * second / rate);
  return {start_[phase] + whole + rest, phase};
}

}  // namespace weir::tools
