// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <string>
#include <string_view>

#include "weir/timestamp.hpp"

namespace weir {

/// Minutes of the year, as cron says them, in UTC: minute, hour, day of the month, month, day of
/// the week.
///
///     weir::cron("30 3 * * *")         // every night at half past three
///     weir::cron("*/15 8-18 * * 1-5")  // each quarter of the working hours; 0 and 7 are Sunday
///
/// Each field is `*`, numbers, ranges (`1-5`), lists of them (`1,15,20-25`), each with a step
/// (`*/10`, `8-18/2`). Where both the day of the month and that of the week are given, a day fits
/// by either, as everywhere.
class cron {
 public:
  /// Throws `invalid_argument` for what is no such text, or can never come (30 February), with the
  /// field.
  explicit cron(std::string_view text);

  /// The first such minute after the time.
  timestamp next(timestamp after) const;
  const std::string& text() const noexcept { return text_; }

 private:
  bool fits(std::chrono::year_month_day day) const;

  std::string text_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;
  bool any_day_ = false;
  bool any_weekday_ = false;
};

}  // namespace weir
