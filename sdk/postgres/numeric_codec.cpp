// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "refuse.hpp"
#include "value_reader.hpp"
#include "weir/postgres/detail/value_codec.hpp"

namespace weir::postgres::detail {
namespace {

// How the server marks what kind of number it is.
constexpr std::uint16_t positive_sign = 0x0000;
constexpr std::uint16_t negative_sign = 0x4000;
constexpr std::uint16_t nan_sign = 0xc000;
constexpr std::uint16_t infinity_sign = 0xd000;
constexpr std::uint16_t minus_infinity_sign = 0xf000;

constexpr int group_digits = 4;
constexpr std::uint16_t group_max = 9999;

}  // namespace

void codec<numeric>::encode(std::string& out, const numeric& value) {
  std::uint16_t sign = value.negative_ ? negative_sign : positive_sign;
  if (value.is_nan()) sign = nan_sign;
  if (value.is_infinite()) sign = value.negative_ ? minus_infinity_sign : infinity_sign;
  put_big_endian(out, static_cast<std::uint16_t>(value.groups_.size()));
  put_big_endian(out, static_cast<std::uint16_t>(value.weight_));
  put_big_endian(out, sign);
  put_big_endian(out, value.scale_);
  for (const char16_t group : value.groups_) {
    put_big_endian(out, static_cast<std::uint16_t>(group));
  }
}

numeric codec<numeric>::decode(std::string_view bytes, oid) {
  value_reader reader(bytes, name);
  const auto count = reader.number<std::uint16_t>();
  const auto weight = static_cast<std::int16_t>(reader.number<std::uint16_t>());
  const auto sign = reader.number<std::uint16_t>();
  const auto scale = reader.number<std::uint16_t>();
  if (reader.left() != std::size_t{count} * sizeof(std::uint16_t)) wrong_size(name, bytes.size());
  // The other fields of these have no meaning, and the server does not send zeros in them.
  if (count == 0 && sign == nan_sign) return numeric::nan();
  if (count == 0 && sign == infinity_sign) return numeric::infinity();
  if (count == 0 && sign == minus_infinity_sign) return numeric::minus_infinity();
  if ((sign != positive_sign && sign != negative_sign) || scale > numeric::scale_max) {
    refuse_value("PostgreSQL sent a numeric in a form that this version of weir does not know");
  }
  numeric value;
  value.negative_ = sign == negative_sign;
  value.scale_ = scale;
  value.weight_ = weight;
  value.groups_.reserve(count);
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto group = reader.number<std::uint16_t>();
    if (group > group_max) refuse_value("PostgreSQL sent a numeric with a digit that is none");
    value.groups_.push_back(group);
  }
  // What the scale hides is cut off, as the server does when it reads one.
  const int behind_point = (scale + group_digits - 1) / group_digits;
  const int shown = std::max(0, weight + 1 + behind_point);
  if (count >= shown && shown > 0) {
    value.groups_.resize(static_cast<std::size_t>(shown));
    unsigned hidden = 1;
    for (int digits = scale; digits % group_digits != 0; ++digits) hidden *= 10;
    value.groups_.back() -= static_cast<char16_t>(value.groups_.back() % hidden);
  } else if (shown == 0) {
    value.groups_.clear();
  }
  value.normalise();
  return value;
}

}  // namespace weir::postgres::detail
