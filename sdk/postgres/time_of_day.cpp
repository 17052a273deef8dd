// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/time_of_day.hpp"

#include "calendar_text.hpp"
#include "refuse.hpp"

namespace weir::postgres {

namespace detail {

void refuse_time_of_day(std::chrono::microseconds since_midnight) {
  refuse_argument("a time of day of " + std::to_string(since_midnight.count()) +
                  " microseconds since midnight is not within a day");
}

}  // namespace detail

std::optional<time_of_day> time_of_day::parse(std::string_view text) {
  detail::text_reader reader(text);
  const auto micros = static_cast<std::int64_t>(reader.clock(2));
  if (!reader.finished() || micros > detail::micros_per_day) return std::nullopt;
  return time_of_day(std::chrono::microseconds(micros));
}

std::string time_of_day::to_string() const {
  std::string text;
  detail::write_clock(text, static_cast<std::uint64_t>(since_midnight_.count()));
  return text;
}

}  // namespace weir::postgres
