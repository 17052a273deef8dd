// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/date.hpp"

#include "calendar_text.hpp"
#include "refuse.hpp"

namespace weir::postgres {

namespace detail {

void refuse_date(std::chrono::sys_days day) {
  refuse_argument("a date " + std::to_string(day.time_since_epoch().count()) +
                  " days from 1970 is beyond what PostgreSQL can store (4714 BC to 5874897)");
}

void refuse_calendar_date() {
  refuse_argument("a date was made of a year, month and day that the calendar does not have");
}

}  // namespace detail

std::optional<date> date::parse(std::string_view text) {
  if (text == detail::infinity_text) return infinity();
  if (text == detail::minus_infinity_text) return minus_infinity();
  detail::text_reader reader(text);
  const detail::civil_day read = reader.day();
  const bool is_before_christ = reader.skip(detail::before_christ);
  if (!reader.finished()) return std::nullopt;
  const std::optional<std::int64_t> days = detail::checked_day(read, is_before_christ);
  if (!days || *days < first_day.time_since_epoch().count() ||
      *days > last_day.time_since_epoch().count()) {
    return std::nullopt;
  }
  return date(std::chrono::sys_days(std::chrono::days(*days)));
}

std::string date::to_string() const {
  if (*this == infinity()) return std::string(detail::infinity_text);
  if (*this == minus_infinity()) return std::string(detail::minus_infinity_text);
  std::string text;
  if (detail::write_day(text, day_.time_since_epoch().count())) text += detail::before_christ;
  return text;
}

}  // namespace weir::postgres
