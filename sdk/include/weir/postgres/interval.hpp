// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::postgres {

/// A span of time by the calendar, for a column of type interval: months, days and time apart,
/// because months have different lengths, and days too where clocks are put forward.
///
///     weir::postgres::interval trial{.months = 1, .days = 3};
///     weir::postgres::interval pause{.time = std::chrono::minutes(90)};
///     std::string text = pause.to_string();  // "01:30:00"
///
/// Two are equal when their fields are: a month is not 30 days here, as it is when the server
/// compares. The infinite intervals of PostgreSQL 17 have all three fields at their largest, or all
/// three at their smallest.
struct interval {
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::chrono::microseconds time{0};

  /// Reads the form of `to_string`; nothing for other text and for what the fields cannot hold.
  static std::optional<interval> parse(std::string_view text);

  /// The server's form by default (IntervalStyle postgres): "1 year 2 mons -3 days +04:05:06.5".
  std::string to_string() const;

  friend constexpr bool operator==(const interval&, const interval&) = default;
};

}  // namespace weir::postgres
