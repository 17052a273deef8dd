// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/local_timestamp.hpp"

#include "calendar_text.hpp"
#include "refuse.hpp"

namespace weir::postgres {

namespace detail {

void refuse_local_timestamp(std::chrono::local_time<std::chrono::microseconds>) {
  refuse_argument("a timestamp lies before what PostgreSQL can store (4714 BC)");
}

}  // namespace detail

std::optional<local_timestamp> local_timestamp::parse(std::string_view text) {
  if (text == detail::infinity_text) return infinity();
  if (text == detail::minus_infinity_text) return minus_infinity();
  detail::text_reader reader(text);
  const detail::civil_day read = reader.day();
  if (!reader.skip("T")) reader.expect(" ");
  const auto clock = static_cast<std::int64_t>(reader.clock(2));
  const bool is_before_christ = reader.skip(detail::before_christ);
  if (!reader.finished() || clock >= detail::micros_per_day) return std::nullopt;
  const std::optional<std::int64_t> days = detail::checked_day(read, is_before_christ);
  std::int64_t micros = 0;
  if (!days || __builtin_mul_overflow(*days, detail::micros_per_day, &micros) ||
      __builtin_add_overflow(micros, clock, &micros)) {
    return std::nullopt;
  }
  const time_type time{std::chrono::microseconds(micros)};
  if (time < first().time() || time > last().time()) return std::nullopt;
  return local_timestamp(time);
}

std::string local_timestamp::to_string() const {
  if (*this == infinity()) return std::string(detail::infinity_text);
  if (*this == minus_infinity()) return std::string(detail::minus_infinity_text);
  const auto day = std::chrono::floor<std::chrono::days>(time_);
  std::string text;
  const bool is_before_christ = detail::write_day(text, day.time_since_epoch().count());
  text.push_back(' ');
  const std::chrono::microseconds clock = time_ - day;
  detail::write_clock(text, static_cast<std::uint64_t>(clock.count()));
  if (is_before_christ) text += detail::before_christ;
  return text;
}

}  // namespace weir::postgres
