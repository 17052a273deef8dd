// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "weir/postgres/table.hpp"

namespace shop {

/// A row of the table `stock`, whose key is its id: an example to copy.
struct stock {
  std::int64_t id;
  std::string name;
  std::optional<std::int32_t> left;
  friend bool operator==(const stock&, const stock&) = default;
};

inline constexpr auto stocks = weir::postgres::table<stock, "stock">;
inline constexpr auto stock_by_id = stocks.on_conflict<"id">().do_update<"name", "left">();

}  // namespace shop
