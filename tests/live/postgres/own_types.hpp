// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/postgres/value_of.hpp"
#include "weir/uuid.hpp"

// The types of a program, and how each of them travels: an example to copy.

namespace shop {

enum class colour { red, blue };

enum class size { small, large, extra_large = 200 };

struct address {
  std::string street;
  std::optional<std::int32_t> floor;
  friend bool operator==(const address&, const address&) = default;
};

struct order_id {
  weir::uuid value;
  friend bool operator==(const order_id&, const order_id&) = default;
};

struct money {
  std::int64_t cents = 0;
  friend bool operator==(const money&, const money&) = default;
};

/// A composite with one of everything else in it.
struct shipment {
  order_id order;
  std::optional<address> recipient;
  std::vector<colour> colours;
  std::vector<std::optional<address>> stops;
  std::optional<size> box;
  money price;
  friend bool operator==(const shipment&, const shipment&) = default;
};

}  // namespace shop

template <>
struct weir::postgres::value_of<shop::colour> : weir::postgres::as_enum<shop::colour> {};

template <>
struct weir::postgres::value_of<shop::size> : weir::postgres::as_enum<shop::size> {
  static constexpr weir::postgres::label<shop::size> labels[] = {
      {shop::size::large, "quite \"large\""}, {shop::size::extra_large, "XL"}};
  static constexpr std::string_view type_name = "box_size";
};

template <>
struct weir::postgres::value_of<shop::address> : weir::postgres::as_composite<shop::address> {};

template <>
struct weir::postgres::value_of<shop::order_id>
    : weir::postgres::as_member<&shop::order_id::value> {};

template <>
struct weir::postgres::value_of<shop::money> {
  static std::int64_t to_value(const shop::money& amount) { return amount.cents; }
  static shop::money from_value(std::int64_t cents) { return {cents}; }
};

template <>
struct weir::postgres::value_of<shop::shipment> : weir::postgres::as_composite<shop::shipment> {};
