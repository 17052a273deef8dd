// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/date.hpp"
#include "weir/postgres/detail/codec.hpp"
#include "weir/postgres/inet.hpp"
#include "weir/postgres/interval.hpp"
#include "weir/postgres/local_timestamp.hpp"
#include "weir/postgres/numeric.hpp"
#include "weir/postgres/time_of_day.hpp"

namespace weir::postgres::detail {

template <>
struct codec<numeric> : codec_of<numeric_type, numeric_array_type> {
  static constexpr std::string_view name = "numeric";
  static void encode(std::string& out, const numeric& value);
  static numeric decode(std::string_view bytes, oid);
};

template <>
struct codec<date> : codec_of<date_type, date_array_type> {
  static constexpr std::string_view name = "date";
  static void encode(std::string& out, date value);
  static date decode(std::string_view bytes, oid);
};

template <>
struct codec<time_of_day> : codec_of<time_type, time_array_type> {
  static constexpr std::string_view name = "time without time zone";
  static void encode(std::string& out, time_of_day value);
  static time_of_day decode(std::string_view bytes, oid);
};

template <>
struct codec<local_timestamp> : codec_of<timestamp_type, timestamp_array_type> {
  static constexpr std::string_view name = "timestamp without time zone";
  static void encode(std::string& out, local_timestamp value);
  static local_timestamp decode(std::string_view bytes, oid);
};

template <>
struct codec<interval> : codec_of<interval_type, interval_array_type> {
  static constexpr std::string_view name = "interval";
  static void encode(std::string& out, const interval& value);
  static interval decode(std::string_view bytes, oid);
};

template <>
struct codec<inet> : codec_of<inet_type, inet_array_type> {
  static constexpr std::string_view name = "inet";
  static constexpr bool accepts(oid column) { return column == type || column == cidr_type; }
  static void encode(std::string& out, const inet& value);
  static inet decode(std::string_view bytes, oid);
};

}  // namespace weir::postgres::detail
