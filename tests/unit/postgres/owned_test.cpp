// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/owned.hpp"

#include <doctest/doctest.h>

#include <array>

#include "weir/postgres/detail/array_codec.hpp"
#include "weir/postgres/numeric.hpp"

namespace {

/// What is made of itself, as a document is.
struct tree {
  std::string name;
  std::vector<tree> parts;
  std::optional<std::string> note;
};
struct hash {
  unsigned char bytes[20];
};
struct digest {
  std::array<std::byte, 128> bytes;
};
struct name_view {
  std::int64_t number;
  std::optional<std::string_view> name;
};
struct name_pointer {
  const char* name;
};

}  // namespace

template <>
struct weir::postgres::value_of<tree> {
  static std::string_view to_value(const tree& from) { return from.name; }
  static tree from_value(std::string name) { return {std::move(name), {}, {}}; }
};
template <>
struct weir::postgres::value_of<hash> {
  static std::int64_t to_value(const hash& from) { return from.bytes[0]; }
  static hash from_value(std::int64_t) { return {}; }
};
template <>
struct weir::postgres::value_of<digest> {
  static std::int64_t to_value(const digest&) { return 0; }
  static digest from_value(std::int64_t) { return {}; }
};
template <>
struct weir::postgres::value_of<name_view> {
  static std::string_view to_value(const name_view& from) { return from.name.value_or(""); }
  static name_view from_value(const std::string&) { return {}; }
};
template <>
struct weir::postgres::value_of<name_pointer> : weir::postgres::as_member<&name_pointer::name> {};

namespace weir::postgres::detail {
namespace {

struct row {
  std::int64_t id;
  std::optional<std::string> name;
  std::vector<std::byte> bytes;
  std::vector<tree> trees;
  hash first;
  digest second;
  numeric price;
  jsonb body;
};
struct row_of_views {
  std::int64_t id;
  std::vector<std::optional<name_view>> names;
};

template <class T>
constexpr bool is_owned = owned<T>;

TEST_SUITE("postgres.owned") {
  TEST_CASE("what keeps its bytes itself is owned, of whatever it is made") {
    CHECK(is_owned<row>);
    CHECK(is_owned<tree>);
    CHECK(is_owned<hash>);
    CHECK(is_owned<digest>);
  }

  TEST_CASE("what has a view or a pointer in it is not owned, however deep it stands") {
    CHECK_FALSE(is_owned<std::string_view>);
    CHECK_FALSE(is_owned<const char*>);
    CHECK_FALSE(is_owned<std::vector<std::optional<std::string_view>>>);
    CHECK_FALSE(is_owned<name_view>);
    CHECK_FALSE(is_owned<name_pointer>);
    CHECK_FALSE(is_owned<row_of_views>);
  }
}

}  // namespace
}  // namespace weir::postgres::detail
