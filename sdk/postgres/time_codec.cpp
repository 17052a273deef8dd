// SPDX-License-Identifier: Apache-2.0
#include "time_codec.hpp"

#include <limits>

#include "refuse.hpp"
#include "weir/postgres/detail/value_codec.hpp"

namespace weir::postgres::detail {
namespace {

/// 2000-01-01, from where PostgreSQL counts, in microseconds and in days since 1970.
constexpr std::int64_t postgres_epoch = 946'684'800'000'000;
constexpr std::int64_t postgres_epoch_day = 10'957;

constexpr std::int64_t infinity = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t minus_infinity = std::numeric_limits<std::int64_t>::min();
constexpr std::int32_t infinite_day = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t minus_infinite_day = std::numeric_limits<std::int32_t>::min();

constexpr std::int64_t first_time = local_timestamp::first().time().time_since_epoch().count();

}  // namespace

void put_time(std::string& out, std::int64_t since_1970) {
  std::int64_t sent = since_1970;
  if (since_1970 != infinity && since_1970 != minus_infinity) {
    if (since_1970 < first_time) {
      refuse_argument("a timestamp lies before what PostgreSQL can store (4714 BC)");
    }
    sent = since_1970 - postgres_epoch;
  }
  put_big_endian(out, static_cast<std::uint64_t>(sent));
}

std::int64_t get_time(std::string_view bytes, std::string_view type) {
  const auto sent = static_cast<std::int64_t>(get_big_endian<std::uint64_t>(bytes, type));
  if (sent == infinity || sent == minus_infinity) return sent;
  // The server counts from 2000, and so thirty years longer than what counts from 1970 can.
  if (sent >= infinity - postgres_epoch) {
    refuse_value("PostgreSQL sent a " + std::string(type) +
                 " after the year 294246, which weir cannot hold; select it as text");
  }
  if (sent < first_time - postgres_epoch) {
    refuse_value("PostgreSQL sent a " + std::string(type) +
                 " before 4714 BC, which it cannot have");
  }
  return sent + postgres_epoch;
}

void codec<timestamp>::encode(std::string& out, timestamp value) {
  put_time(out, value.time_since_epoch().count());
}

timestamp codec<timestamp>::decode(std::string_view bytes, oid) {
  return timestamp(std::chrono::microseconds(get_time(bytes, name)));
}

void codec<local_timestamp>::encode(std::string& out, local_timestamp value) {
  put_time(out, value.time().time_since_epoch().count());
}

local_timestamp codec<local_timestamp>::decode(std::string_view bytes, oid) {
  return local_timestamp::time_type(std::chrono::microseconds(get_time(bytes, name)));
}

void codec<date>::encode(std::string& out, date value) {
  std::int32_t sent = value == date::infinity() ? infinite_day : minus_infinite_day;
  if (!value.is_infinite()) {
    const std::int64_t since_1970 = value.day().time_since_epoch().count();
    sent = static_cast<std::int32_t>(since_1970 - postgres_epoch_day);
  }
  put_big_endian(out, static_cast<std::uint32_t>(sent));
}

date codec<date>::decode(std::string_view bytes, oid) {
  const auto sent = static_cast<std::int32_t>(get_big_endian<std::uint32_t>(bytes, name));
  if (sent == infinite_day) return date::infinity();
  if (sent == minus_infinite_day) return date::minus_infinity();
  const std::chrono::sys_days day{std::chrono::days(sent + postgres_epoch_day)};
  if (day < date::first().day() || day > date::last().day()) {
    refuse_value("PostgreSQL sent a date that it cannot have, " + std::to_string(sent) +
                 " days from 2000");
  }
  return day;
}

void codec<time_of_day>::encode(std::string& out, time_of_day value) {
  put_big_endian(out, static_cast<std::uint64_t>(value.since_midnight().count()));
}

time_of_day codec<time_of_day>::decode(std::string_view bytes, oid) {
  const auto sent = get_big_endian<std::uint64_t>(bytes, name);
  if (sent > static_cast<std::uint64_t>(time_of_day::end_of_day().since_midnight().count())) {
    refuse_value("PostgreSQL sent a time of day that is not within a day");
  }
  return time_of_day(std::chrono::microseconds(static_cast<std::int64_t>(sent)));
}

}  // namespace weir::postgres::detail
