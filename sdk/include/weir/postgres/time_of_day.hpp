// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace weir::postgres {

namespace detail {

[[noreturn]] void refuse_time_of_day(std::chrono::microseconds since_midnight);

}  // namespace detail

/// A time on the clock, without a day and a zone, for a column of type time.
///
///     weir::postgres::time_of_day opening(std::chrono::hours(9) + std::chrono::minutes(30));
///     std::string text = opening.to_string();  // "09:30:00"
///
/// The end of the day, 24:00:00, is a time of its own, after all others. The default is midnight.
class time_of_day {
 public:
  constexpr time_of_day() = default;

  /// Throws `invalid_argument` (permanent) for what is negative or longer than a day.
  constexpr explicit time_of_day(std::chrono::microseconds since_midnight)
      : since_midnight_(since_midnight) {
    const bool is_in_day = since_midnight >= std::chrono::microseconds(0) &&
                           since_midnight <= std::chrono::microseconds(std::chrono::days(1));
    if (!is_in_day) detail::refuse_time_of_day(since_midnight);
  }

  /// Reads "09:30", "09:30:00" and "09:30:00.25", with up to six digits of fraction, up to
  /// "24:00:00"; nothing for other text.
  static std::optional<time_of_day> parse(std::string_view text);

  static constexpr time_of_day end_of_day() {
    return time_of_day(std::chrono::microseconds(std::chrono::days(1)));
  }

  constexpr std::chrono::microseconds since_midnight() const { return since_midnight_; }

  /// The server's form: "09:30:00.25", the fraction without zeros at its end.
  std::string to_string() const;

  friend constexpr auto operator<=>(const time_of_day&, const time_of_day&) = default;
  friend constexpr bool operator==(const time_of_day&, const time_of_day&) = default;

 private:
  std::chrono::microseconds since_midnight_{0};
};

}  // namespace weir::postgres
