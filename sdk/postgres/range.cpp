// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/range.hpp"

#include "calendar_text.hpp"
#include "refuse.hpp"
#include "value_reader.hpp"
#include "weir/postgres/detail/range_codec.hpp"

namespace weir::postgres::detail {
namespace {

// The bits of a range's first byte.
constexpr std::uint8_t empty_bit = 0x01;
constexpr std::uint8_t lower_inclusive_bit = 0x02;
constexpr std::uint8_t upper_inclusive_bit = 0x04;
constexpr std::uint8_t lower_unbounded_bit = 0x08;
constexpr std::uint8_t upper_unbounded_bit = 0x10;
constexpr std::uint8_t known_bits = 0x1f;

std::string quoted_where_needed(const std::string& text) {
  const bool needs_quotes = text.empty() || text.find_first_of(" \t\"\\()[],") != text.npos;
  return needs_quotes ? '"' + text + '"' : text;
}

}  // namespace

void refuse_range() { refuse_argument("a range's lower bound is above its upper bound"); }

std::string bound_text(std::int64_t value) { return std::to_string(value); }
std::string bound_text(const numeric& value) { return value.to_string(); }
std::string bound_text(date value) { return value.to_string(); }
std::string bound_text(local_timestamp value) { return value.to_string(); }

std::string bound_text(timestamp value) {
  const local_timestamp utc{local_timestamp::time_type(value.time_since_epoch())};
  std::string text = utc.to_string();
  if (utc.is_infinite()) return text;
  const bool is_before_christ = text.ends_with(before_christ);
  text.insert(text.size() - (is_before_christ ? before_christ.size() : 0), "+00");
  return text;
}

std::string range_text(const std::optional<std::string>& lower, bool is_lower_inclusive,
                       const std::optional<std::string>& upper, bool is_upper_inclusive) {
  std::string text(is_lower_inclusive ? "[" : "(");
  if (lower) text += quoted_where_needed(*lower);
  text += ',';
  if (upper) text += quoted_where_needed(*upper);
  text += is_upper_inclusive ? ']' : ')';
  return text;
}

range_parts take_range(std::string_view bytes, std::string_view type) {
  value_reader reader(bytes, type);
  const auto bits = reader.number<std::uint8_t>();
  if ((bits & ~known_bits) != 0) {
    refuse_value("PostgreSQL sent a range in a form that this version of weir does not know");
  }
  range_parts parts;
  parts.is_empty = (bits & empty_bit) != 0;
  const auto take_end = [&](std::uint8_t unbounded_bit, std::uint8_t inclusive_bit) {
    range_parts::end end;
    if (parts.is_empty || (bits & unbounded_bit) != 0) return end;
    end.bytes = reader.take(reader.number<std::uint32_t>());
    end.is_inclusive = (bits & inclusive_bit) != 0;
    return end;
  };
  parts.lower = take_end(lower_unbounded_bit, lower_inclusive_bit);
  parts.upper = take_end(upper_unbounded_bit, upper_inclusive_bit);
  reader.finish();
  return parts;
}

void put_range_head(std::string& out, const range_parts& parts) {
  unsigned bits = 0;
  if (parts.is_empty) {
    bits = empty_bit;
  } else {
    if (!parts.lower.bytes) bits |= lower_unbounded_bit;
    if (!parts.upper.bytes) bits |= upper_unbounded_bit;
    if (parts.lower.is_inclusive) bits |= lower_inclusive_bit;
    if (parts.upper.is_inclusive) bits |= upper_inclusive_bit;
  }
  put_big_endian(out, static_cast<std::uint8_t>(bits));
}

void reversed_range(std::string_view type) {
  refuse_value("PostgreSQL sent a value of type " + std::string(type) +
               " that ends before it begins");
}

}  // namespace weir::postgres::detail
