// SPDX-License-Identifier: Apache-2.0
#include "weir/config/duration_text.hpp"

#include <array>
#include <cstdint>
#include <limits>

#include "decimal.hpp"

namespace weir {
namespace {

struct unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};

/// From large to small, which is their order in a text; those of equal size have two names.
constexpr std::array units{
    unit{"d", 86'400'000'000'000},
    unit{"h", 3'600'000'000'000},
    unit{"min", 60'000'000'000},
    unit{"m", 60'000'000'000},
    unit{"s", 1'000'000'000},
    unit{"ms", 1'000'000},
    unit{"us", 1'000},
    unit{"ns", 1},
};
constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

std::string_view take_unit(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] >= 'a' && text[length] <= 'z') ++length;
  const std::string_view name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

const unit* find(std::string_view name) {
  for (const unit& one : units) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace

std::optional<duration> parse_duration(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  if (text == "0") return duration::zero();
  if (text.empty()) return std::nullopt;
  std::uint64_t sum = 0;
  std::uint64_t unit_before = std::numeric_limits<std::uint64_t>::max();
  while (!text.empty()) {
    const auto number = detail::take_decimal(text);
    const unit* const in = number ? find(take_unit(text)) : nullptr;
    if (in == nullptr || in->nanoseconds >= unit_before) return std::nullopt;
    unit_before = in->nanoseconds;
    const auto part = detail::multiply(*number, in->nanoseconds);
    if (!part || *part > largest - sum) return std::nullopt;
    sum += *part;
  }
  const auto span = static_cast<std::int64_t>(sum);
  return duration(is_negative ? -span : span);
}

std::string duration_text(duration span) {
  if (span == duration::zero()) return "0s";
  // As unsigned, for the most negative one has no positive counterpart.
  auto rest = static_cast<std::uint64_t>(span.count());
  std::string text;
  if (span < duration::zero()) {
    text = "-";
    rest = -rest;
  }
  for (const unit& one : units) {
    if (one.name == "min" || rest < one.nanoseconds) continue;
    text += std::to_string(rest / one.nanoseconds) + std::string(one.name);
    rest %= one.nanoseconds;
  }
  return text;
}

}  // namespace weir
