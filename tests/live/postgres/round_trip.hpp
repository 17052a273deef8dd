// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fixture.hpp"

namespace weir::test {

/// Sends the values and reads each back, alone, as NULL, in an array and in an array with NULL.
template <class T, class Scalar, class Array>
task<> check_round_trip(postgres::pool& db, Scalar scalar, Array array, std::vector<T> values) {
  using maybe = std::optional<T>;
  std::vector<maybe> with_null{std::nullopt};
  for (const T& value : values) {
    const T back = co_await db.one<T>(scalar, value);
    CHECK(back == value);
    const maybe same = co_await db.one<maybe>(scalar, maybe(value));
    CHECK(same == maybe(value));
    with_null.push_back(value);
  }
  const maybe none = co_await db.one<maybe>(scalar, maybe());
  CHECK(none == maybe());
  using list = std::vector<T>;
  using list_with_null = std::vector<maybe>;
  const list all = co_await db.one<list>(array, values);
  CHECK(all == values);
  const list empty = co_await db.one<list>(array, list{});
  CHECK(empty.empty());
  const list_with_null mixed = co_await db.one<list_with_null>(array, with_null);
  CHECK(mixed == with_null);
}

/// The server's own text of each value is the value's.
template <class T, class Text>
task<> check_text(postgres::pool& db, Text as_text, std::vector<T> values) {
  for (const T& value : values) {
    const auto text = co_await db.one<std::string>(as_text, value);
    CHECK(text == value.to_string());
  }
}

}  // namespace weir::test
