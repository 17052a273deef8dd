// SPDX-License-Identifier: Apache-2.0
#include "span_text.hpp"

#include <array>
#include <string_view>

namespace weir::detail {
namespace {

struct unit {
  std::string_view name;
  duration length;
};

constexpr std::array units{
    unit{"h", std::chrono::hours(1)},         unit{"min", std::chrono::minutes(1)},
    unit{"s", std::chrono::seconds(1)},       unit{"ms", std::chrono::milliseconds(1)},
    unit{"us", std::chrono::microseconds(1)}, unit{"ns", duration(1)},
};

}  // namespace

std::string span_text(duration span) {
  if (span == duration::zero()) return "0s";
  if (span == duration::max()) return "ever";
  for (const unit& one : units) {
    if (span % one.length != duration::zero()) continue;
    return std::to_string(span / one.length) + std::string(one.name);
  }
  return {};  // Every span is a whole number of nanoseconds.
}

std::string rounded_span_text(duration span) {
  constexpr int least = 10;
  for (const unit& one : units) {
    if (span / one.length < least) continue;
    const bool has_rest = span % one.length != duration::zero();
    return std::to_string(span / one.length + (has_rest ? 1 : 0)) + std::string(one.name);
  }
  return span_text(span);
}

}  // namespace weir::detail
