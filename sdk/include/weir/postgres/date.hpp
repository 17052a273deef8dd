// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace weir::postgres {

namespace detail {

[[noreturn]] void refuse_date(std::chrono::sys_days day);
[[noreturn]] void refuse_calendar_date();

}  // namespace detail

/// A day of the calendar, for a column of type date; or one of the server's two infinities.
///
///     weir::postgres::date due = std::chrono::year(2026) / 1 / 31;
///     std::chrono::year_month_day fields = due.day();
///     std::string text = due.to_string();  // "2026-01-31"
///
/// Ordered in time, with `minus_infinity()` first and `infinity()` last. The default is the first
/// of January 1970.
class date {
 public:
  constexpr date() = default;

  /// Throws `invalid_argument` (permanent) outside of `first()` to `last()`, unless it is
  /// `sys_days::max()` or `min()`, which are the infinities.
  constexpr date(std::chrono::sys_days day) : day_(day) {  // NOLINT(google-explicit-constructor)
    const bool is_known = is_infinite() || (day >= first_day && day <= last_day);
    if (!is_known) detail::refuse_date(day);
  }
  /// Throws `invalid_argument` (permanent) for a day that the calendar does not have.
  constexpr date(std::chrono::year_month_day day)  // NOLINT(google-explicit-constructor)
      : date(checked(day)) {}

  /// Reads the form of `to_string`; nothing for other text, for a day that the calendar does not
  /// have, and for one outside of `first()` to `last()`.
  static std::optional<date> parse(std::string_view text);

  static constexpr date infinity() { return std::chrono::sys_days::max(); }
  static constexpr date minus_infinity() { return std::chrono::sys_days::min(); }
  /// The first and the last day that the server knows: in 4714 BC and in 5874897.
  static constexpr date first() { return first_day; }
  static constexpr date last() { return last_day; }

  constexpr bool is_infinite() const {
    return day_ == std::chrono::sys_days::max() || day_ == std::chrono::sys_days::min();
  }

  /// The day; `max()` and `min()` stand for the infinities. A std::chrono::year ends at 32767.
  constexpr std::chrono::sys_days day() const { return day_; }

  /// The server's ISO form: "2026-01-31", "0044-03-15 BC", "infinity".
  std::string to_string() const;

  friend constexpr auto operator<=>(const date&, const date&) = default;
  friend constexpr bool operator==(const date&, const date&) = default;

 private:
  static constexpr std::chrono::sys_days checked(std::chrono::year_month_day day) {
    if (!day.ok()) detail::refuse_calendar_date();
    return day;
  }

  static constexpr std::chrono::sys_days first_day{std::chrono::days(-2'440'588)};
  static constexpr std::chrono::sys_days last_day{std::chrono::days(2'145'042'905)};

  std::chrono::sys_days day_{};
};

}  // namespace weir::postgres
