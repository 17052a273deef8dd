// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/event/json.hpp"

namespace weir::test {

enum class order_state { open, paid, shipped };

struct order_line {
  std::string sku;
  std::int32_t quantity = 0;
  bool operator==(const order_line&) const = default;
};

struct order_created {
  uuid order_id;
  uuid user_id;
  std::int64_t amount_cents = 0;
  timestamp created_at;
  bool operator==(const order_created&) const = default;
};

/// One field of each kind that JSON maps.
struct every_kind {
  bool flag = false;
  std::int8_t small = 0;
  std::uint64_t large = 0;
  std::int64_t cents = 0;
  double ratio = 0;
  std::string note;
  uuid id;
  timestamp at;
  order_state state = order_state::open;
  order_line line;
  std::vector<order_line> lines;
  std::vector<bool> bits;
  std::vector<std::optional<int>> gaps;
  std::map<std::string, std::int64_t> totals;
  std::optional<std::string> comment;
  std::optional<order_line> gift;
  raw_json rest;
  bool operator==(const every_kind&) const = default;
};

struct tree {
  std::vector<tree> children;
  std::optional<int> value;
  bool operator==(const tree&) const = default;
};

struct camel_order {
  int order_id = 0;
  int amount_2 = 0;
  int _inner_part_ = 0;
  bool operator==(const camel_order&) const = default;
};

struct empty_choice {
  std::optional<int> value;
};

template <class T>
struct holds {
  T value{};
};

/// The text of the error that decoding `body` gives, or "decoded".
template <class T>
std::string decode_error(std::string_view body) {
  const result<T> decoded = json::decode<T>(body);
  return decoded ? "decoded" : decoded.error().message();
}

/// The error that encoding gives as text, or "encoded".
template <class T>
std::string encode_error(const T& value) {
  try {
    static_cast<void>(json::encode(value));
    return "encoded";
  } catch (const error& failure) {
    return failure.message();
  }
}

}  // namespace weir::test

template <>
inline constexpr auto weir::json_names<weir::test::camel_order> = weir::name_style::camel_case;
