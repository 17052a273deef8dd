// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/array_codec.hpp"
#include "weir/postgres/detail/value_codec.hpp"
#include "weir/postgres/range.hpp"

namespace weir::postgres::detail {

/// The types of a range and of its arrays, by what it is a range of.
template <range_value T>
struct range_types;
template <>
struct range_types<std::int32_t> : codec_of<int4range_type, int4range_array_type> {
  static constexpr std::string_view name = "int4range";
};
template <>
struct range_types<std::int64_t> : codec_of<int8range_type, int8range_array_type> {
  static constexpr std::string_view name = "int8range";
};
template <>
struct range_types<numeric> : codec_of<numrange_type, numrange_array_type> {
  static constexpr std::string_view name = "numrange";
};
template <>
struct range_types<date> : codec_of<daterange_type, daterange_array_type> {
  static constexpr std::string_view name = "daterange";
};
template <>
struct range_types<local_timestamp> : codec_of<tsrange_type, tsrange_array_type> {
  static constexpr std::string_view name = "tsrange";
};
template <>
struct range_types<timestamp> : codec_of<tstzrange_type, tstzrange_array_type> {
  static constexpr std::string_view name = "tstzrange";
};

/// A range's binary form, taken apart.
struct range_parts {
  /// One end: its value's binary form, or nothing where there is none.
  struct end {
    std::optional<std::string_view> bytes;
    bool is_inclusive = false;
  };

  bool is_empty = false;
  end lower;
  end upper;
};

/// Throws on bytes that are no range.
range_parts take_range(std::string_view bytes, std::string_view type);
void put_range_head(std::string& out, const range_parts& parts);
/// Throws: the server sent a range that ends before it begins.
[[noreturn]] void reversed_range(std::string_view type);

template <range_value T>
struct codec<range<T>> : range_types<T> {
  using range_types<T>::name;

  static void encode(std::string& out, const range<T>& value) {
    // The head needs to know only which ends there are.
    const auto end_of = [](const range_bound<T>& bound) {
      range_parts::end end{.bytes = std::nullopt, .is_inclusive = bound.is_inclusive};
      if (bound.value) end.bytes.emplace();
      return end;
    };
    put_range_head(out, {.is_empty = value.is_empty(),
                         .lower = end_of(value.lower()),
                         .upper = end_of(value.upper())});
    put_bound(out, value.lower());
    put_bound(out, value.upper());
  }

  static range<T> decode(std::string_view bytes, oid) {
    const range_parts parts = take_range(bytes, name);
    if (parts.is_empty) return {};
    range_bound<T> lower = bound_of(parts.lower);
    range_bound<T> upper = bound_of(parts.upper);
    if (lower.value && upper.value && *upper.value < *lower.value) reversed_range(name);
    return {std::move(lower), std::move(upper)};
  }

 private:
  static void put_bound(std::string& out, const range_bound<T>& bound) {
    if (!bound.value) return;
    const std::size_t start = out.size();
    put_big_endian(out, std::uint32_t{0});
    codec<T>::encode(out, *bound.value);
    set_length(out, start);
  }
  static range_bound<T> bound_of(const range_parts::end& end) {
    if (!end.bytes) return {};
    return {codec<T>::decode(*end.bytes, codec<T>::type), end.is_inclusive};
  }
};

}  // namespace weir::postgres::detail
