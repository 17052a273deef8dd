// SPDX-License-Identifier: Apache-2.0
#include "calendar_text.hpp"

namespace weir::postgres::detail {
namespace {

// The calendar repeats itself every 400 years, an era, which here begins in March: so the day that
// leap years have more is the last of its year.
constexpr std::int64_t years_per_era = 400;
constexpr std::int64_t days_per_era = 146'097;
/// From the 1st of March of the year 0 to 1970.
constexpr std::int64_t era_offset = 719'468;

constexpr std::size_t year_digits_max = 7;
constexpr std::size_t fraction_digits = 6;
/// As many as std::int64_t holds in microseconds.
constexpr std::int64_t hours_max = 2'562'047'788;

constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

/// The days of the year, counted from March, before its `month`, where March is 0.
constexpr std::int64_t days_before(std::int64_t month) { return (153 * month + 2) / 5; }

}  // namespace

civil_day civil_of(std::int64_t days) {
  const std::int64_t shifted = days + era_offset;
  const std::int64_t era = floor_divide(shifted, days_per_era);
  const std::int64_t day_of_era = shifted - era * days_per_era;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * day_of_year + 2) / 153;
  const bool is_next_year = month >= 10;
  return {year_of_era + era * years_per_era + (is_next_year ? 1 : 0),
          static_cast<int>(is_next_year ? month - 9 : month + 3),
          static_cast<int>(day_of_year - days_before(month) + 1)};
}

std::int64_t days_since_1970(const civil_day& day) {
  const std::int64_t year = day.month <= 2 ? day.year - 1 : day.year;
  const std::int64_t era = floor_divide(year, years_per_era);
  const std::int64_t year_of_era = year - era * years_per_era;
  const std::int64_t month = day.month > 2 ? day.month - 3 : day.month + 9;
  const std::int64_t day_of_year = days_before(month) + day.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * days_per_era + day_of_era - era_offset;
}

bool text_reader::skip(std::string_view literal) {
  if (failed_ || !rest_.starts_with(literal)) return false;
  rest_.remove_prefix(literal.size());
  return true;
}

void text_reader::expect(std::string_view literal) {
  if (!skip(literal)) fail();
}

std::int64_t text_reader::number(std::size_t digits_min, std::size_t digits_max) {
  std::int64_t value = 0;
  std::size_t digits = 0;
  while (digits < digits_max && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
    value = value * 10 + (rest_.front() - '0');
    rest_.remove_prefix(1);
    ++digits;
  }
  if (digits < digits_min) fail();
  return failed_ ? 0 : value;
}

std::int64_t text_reader::seconds() {
  const std::int64_t whole = number(2, 2);
  if (whole > 59) fail();
  std::int64_t micros = 0;
  if (skip(".")) {
    const std::size_t before = rest_.size();
    micros = number(1, fraction_digits);
    for (std::size_t digits = before - rest_.size(); digits < fraction_digits; ++digits) {
      micros *= 10;
    }
  }
  return whole * micros_per_second + micros;
}

std::uint64_t text_reader::clock(std::size_t hour_digits_max) {
  const std::int64_t hours = number(2, hour_digits_max);
  if (hours > hours_max) fail();
  expect(":");
  const std::int64_t minutes = number(2, 2);
  if (minutes > 59) fail();
  const std::int64_t rest = minutes * micros_per_minute + (skip(":") ? seconds() : 0);
  return failed_ ? 0
                 : static_cast<std::uint64_t>(hours * micros_per_hour) +
                       static_cast<std::uint64_t>(rest);
}

civil_day text_reader::day() {
  civil_day read;
  read.year = number(4, year_digits_max);
  expect("-");
  read.month = static_cast<int>(number(2, 2));
  expect("-");
  read.day = static_cast<int>(number(2, 2));
  return read;
}

std::optional<std::int64_t> checked_day(civil_day read, bool is_before_christ) {
  if (read.year < 1 || read.month < 1 || read.month > 12 || read.day < 1) return std::nullopt;
  if (is_before_christ) read.year = 1 - read.year;
  const std::int64_t days = days_since_1970(read);
  // A day that the month does not have lies in the next one.
  if (civil_of(days).day != read.day) return std::nullopt;
  return days;
}

void write_padded(std::string& out, std::uint64_t value, std::size_t digits) {
  const std::string text = std::to_string(value);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out += text;
}

bool write_day(std::string& out, std::int64_t days) {
  const civil_day day = civil_of(days);
  const bool is_before_christ = day.year < 1;
  write_padded(out, static_cast<std::uint64_t>(is_before_christ ? 1 - day.year : day.year), 4);
  out.push_back('-');
  write_padded(out, static_cast<std::uint64_t>(day.month), 2);
  out.push_back('-');
  write_padded(out, static_cast<std::uint64_t>(day.day), 2);
  return is_before_christ;
}

void write_clock(std::string& out, std::uint64_t micros) {
  write_padded(out, micros / micros_per_hour, 2);
  out.push_back(':');
  write_padded(out, micros / micros_per_minute % 60, 2);
  out.push_back(':');
  write_padded(out, micros / micros_per_second % 60, 2);
  const std::uint64_t fraction = micros % micros_per_second;
  if (fraction == 0) return;
  out.push_back('.');
  write_padded(out, fraction, fraction_digits);
  out.resize(out.find_last_not_of('0') + 1);
}

}  // namespace weir::postgres::detail
