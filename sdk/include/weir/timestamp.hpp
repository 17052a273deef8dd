// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weir {

/// A point in time: microseconds since 1970-01-01T00:00:00Z, the resolution of PostgreSQL's
/// timestamptz. The C++ calendar and clock functions work on it directly.
///
///     weir::timestamp paid_at = *weir::parse_rfc3339("2026-01-31T12:30:00.25+01:00");
///     std::string text = weir::to_rfc3339(paid_at);  // "2026-01-31T11:30:00.250000Z"
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Reads a date and time of RFC 3339 with its zone: `2026-01-31T12:30:00Z`, with a fraction of
/// any length (digits beyond microseconds are cut off), `Z` or `+hh:mm` or `-hh:mm`; `T` and `Z`
/// in either case, or a space for the `T`. A date that the calendar does not have is refused. A
/// leap second (`:60`) is the first instant of the next minute, as in POSIX time.
constexpr std::optional<timestamp> parse_rfc3339(std::string_view text);

/// Tells whether the format can express the time: the years 0000 to 9999.
constexpr bool has_rfc3339_form(timestamp time);

/// Writes the time in UTC with six digits of fraction, or none when the fraction is zero.
/// Throws std::out_of_range when `has_rfc3339_form` is false.
std::string to_rfc3339(timestamp time);

namespace detail {

/// Takes text apart from the front; the first thing that does not fit makes every later step fail.
class timestamp_reader {
 public:
  constexpr explicit timestamp_reader(std::string_view text) : rest_(text) {}

  constexpr int number(std::size_t digits, int low, int high) {
    if (rest_.size() < digits) return fail();
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(rest_[i])) return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value < low || value > high ? fail() : value;
  }

  constexpr char one_of(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == allowed.npos) {
      fail();
      return '\0';
    }
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }

  /// The fraction in microseconds; zero where there is none.
  constexpr int fraction() {
    if (rest_.empty() || rest_.front() != '.') return 0;
    rest_.remove_prefix(1);
    if (rest_.empty() || !is_digit(rest_.front())) return fail();
    int micros = 0;
    int weight = 100'000;
    while (!rest_.empty() && is_digit(rest_.front())) {
      micros += (rest_.front() - '0') * weight;
      weight /= 10;
      rest_.remove_prefix(1);
    }
    return micros;
  }

  constexpr bool finished() const { return !failed_ && rest_.empty(); }

 private:
  static constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
  constexpr int fail() {
    failed_ = true;
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

/// Writes `value` with exactly `digits` decimal digits and returns the place behind them.
constexpr char* write_digits(char* to, unsigned value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    to[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return to + digits;
}

/// The longest text that `write_rfc3339` makes.
inline constexpr std::size_t rfc3339_length_max = sizeof("2026-01-31T12:30:00.250000Z") - 1;

/// Writes the time to `text`, which has room for `rfc3339_length_max`, and returns the end.
/// The time has an RFC 3339 form.
constexpr char* write_rfc3339(timestamp time, char* text) {
  using namespace std::chrono;
  const sys_days day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  char* at = write_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *at++ = '-';
  at = write_digits(at, static_cast<unsigned>(date.month()), 2);
  *at++ = '-';
  at = write_digits(at, static_cast<unsigned>(date.day()), 2);
  *at++ = 'T';
  at = write_digits(at, static_cast<unsigned>(clock.hours().count()), 2);
  *at++ = ':';
  at = write_digits(at, static_cast<unsigned>(clock.minutes().count()), 2);
  *at++ = ':';
  at = write_digits(at, static_cast<unsigned>(clock.seconds().count()), 2);
  if (const auto micros = clock.subseconds().count(); micros != 0) {
    *at++ = '.';
    at = write_digits(at, static_cast<unsigned>(micros), 6);
  }
  *at++ = 'Z';
  return at;
}

}  // namespace detail

constexpr std::optional<timestamp> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  detail::timestamp_reader reader(text);
  const int year_number = reader.number(4, 0, 9999);
  reader.one_of("-");
  const int month_number = reader.number(2, 1, 12);
  reader.one_of("-");
  const int day_number = reader.number(2, 1, 31);
  reader.one_of("Tt ");
  const int hour = reader.number(2, 0, 23);
  reader.one_of(":");
  const int minute = reader.number(2, 0, 59);
  reader.one_of(":");
  const int second = reader.number(2, 0, 60);
  const int micros = reader.fraction();
  const char zone = reader.one_of("Zz+-");
  minutes offset{0};
  if (zone == '+' || zone == '-') {
    const int offset_hours = reader.number(2, 0, 23);
    reader.one_of(":");
    offset = hours{offset_hours} + minutes{reader.number(2, 0, 59)};
    if (zone == '-') offset = -offset;
  }
  const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_number)},
                            day{static_cast<unsigned>(day_number)}};
  if (!reader.finished() || !date.ok()) return std::nullopt;
  // A leap second has no instant of its own in POSIX time; its fraction would fall into the next
  // minute twice.
  const microseconds fraction{second == 60 ? 0 : micros};
  return timestamp{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} + fraction -
         offset;
}

constexpr bool has_rfc3339_form(timestamp time) {
  using namespace std::chrono;
  constexpr timestamp first = sys_days{year{0} / 1 / 1};
  constexpr timestamp last = sys_days{year{10000} / 1 / 1};
  return time >= first && time < last;
}

inline std::string to_rfc3339(timestamp time) {
  if (!has_rfc3339_form(time)) {
    throw std::out_of_range("to_rfc3339: " + std::to_string(time.time_since_epoch().count()) +
                            " us since 1970 is outside the years 0000 to 9999");
  }
  char text[detail::rfc3339_length_max];
  return std::string(text, detail::write_rfc3339(time, text));
}

}  // namespace weir
