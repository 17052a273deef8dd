// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::postgres::detail {

inline constexpr std::int64_t micros_per_second = 1'000'000;
inline constexpr std::int64_t micros_per_minute = 60 * micros_per_second;
inline constexpr std::int64_t micros_per_hour = 60 * micros_per_minute;
inline constexpr std::int64_t micros_per_day = 24 * micros_per_hour;

/// The server's words for the ends of time.
inline constexpr std::string_view infinity_text = "infinity";
inline constexpr std::string_view minus_infinity_text = "-infinity";
/// Stands behind dates before the year 1.
inline constexpr std::string_view before_christ = " BC";

/// A day by the Gregorian calendar. The year 0 is 1 BC. Not std::chrono's, whose years end at
/// 32767, long before PostgreSQL's.
struct civil_day {
  std::int64_t year = 0;
  int month = 0;
  int day = 0;
};

civil_day civil_of(std::int64_t days_since_1970);
std::int64_t days_since_1970(const civil_day& day);

/// Takes text apart from the front; the first thing that does not fit makes it fail for good.
class text_reader {
 public:
  explicit text_reader(std::string_view text) : rest_(text) {}

  /// Takes the literal away, if it comes next.
  bool skip(std::string_view literal);
  void expect(std::string_view literal);
  /// A number without a sign, of so many digits.
  std::int64_t number(std::size_t digits_min, std::size_t digits_max);
  /// The seconds of a clock with their fraction, in microseconds.
  std::int64_t seconds();
  /// "hh:mm" or "hh:mm:ss" or "hh:mm:ss.ffffff", in microseconds: little more than 2^63 at most.
  std::uint64_t clock(std::size_t hour_digits_max);
  /// "yyyy-mm-dd", as it stands there: no day of the calendar yet.
  civil_day day();

  void fail() { failed_ = true; }
  bool failed() const { return failed_; }
  bool finished() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

/// The day that was read, before the year 1 or after; nothing when the calendar does not have it.
std::optional<std::int64_t> checked_day(civil_day read, bool is_before_christ);

/// Writes "yyyy-mm-dd"; tells whether `before_christ` belongs behind it and what follows.
bool write_day(std::string& out, std::int64_t days_since_1970);

/// Writes "hh:mm:ss" and what fraction there is; `micros` is not negative.
void write_clock(std::string& out, std::uint64_t micros);

/// Writes the number with zeros before it, up to so many digits.
void write_padded(std::string& out, std::uint64_t value, std::size_t digits);

}  // namespace weir::postgres::detail
