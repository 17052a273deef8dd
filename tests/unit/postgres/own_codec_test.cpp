// SPDX-License-Identifier: Apache-2.0
#include "value.hpp"
#include "weir/postgres/detail/composite_codec.hpp"
#include "weir/postgres/detail/enum_codec.hpp"

namespace {

enum class fruit { apple, pear, sloe = 1000 };
enum class plain { one, two };

struct point {
  std::int32_t x = 0;
  std::optional<std::string> name;
  friend bool operator==(const point&, const point&) = default;
};

struct path {
  plain kind = plain::one;
  std::vector<std::optional<point>> points;
  friend bool operator==(const path&, const path&) = default;
};

struct percent {
  std::int16_t value = 0;
  friend bool operator==(const percent&, const percent&) = default;
};

struct tags {
  std::vector<std::string> all;
  friend bool operator==(const tags&, const tags&) = default;
};

}  // namespace

template <>
struct weir::postgres::value_of<fruit> : weir::postgres::as_enum<fruit> {
  static constexpr weir::postgres::label<fruit> labels[] = {{fruit::pear, "a pear"},
                                                            {fruit::sloe, "sloe"}};
  static constexpr std::string_view type_name = "garden.fruit";
};
template <>
struct weir::postgres::value_of<plain> : weir::postgres::as_enum<plain> {};
template <>
struct weir::postgres::value_of<point> : weir::postgres::as_composite<point> {};
template <>
struct weir::postgres::value_of<path> : weir::postgres::as_composite<path> {};
template <>
struct weir::postgres::value_of<percent> {
  static std::int16_t to_value(percent from) { return from.value; }
  static percent from_value(std::int16_t value) {
    if (value > 100) {
      throw weir::error(errc::invalid_input, disposition::permanent, "more than all");
    }
    return {value};
  }
};
template <>
struct weir::postgres::value_of<tags> : weir::postgres::as_member<&tags::all> {};

namespace weir::postgres::detail {
namespace {

/// The binary form of a composite as the server sends it.
class row_bytes {
 public:
  explicit row_bytes(std::uint32_t count) { put_big_endian(bytes_, count); }
  row_bytes& field(oid type, std::string_view value) {
    put_big_endian(bytes_, type);
    put_big_endian(bytes_, static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
    return *this;
  }
  row_bytes& null(oid type) {
    put_big_endian(bytes_, type);
    put_big_endian(bytes_, null_length);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// An oid that a user's type could have.
constexpr oid assigned = 16'500;

TEST_SUITE("postgres.own_codec") {
  TEST_CASE("an enum has the names of its enumerators as labels, or those that are listed") {
    CHECK(encoded(plain::two) == "two");
    CHECK(decoded<plain>("one") == plain::one);
    CHECK(encoded(fruit::apple) == "apple");
    CHECK(encoded(fruit::pear) == "a pear");
    CHECK(encoded(fruit::sloe) == "sloe");
    CHECK(decoded<fruit>("a pear") == fruit::pear);
    CHECK(decoded<fruit>("sloe") == fruit::sloe);
    CHECK(is_refused<fruit>("pear"));
    CHECK(is_refused<fruit>(""));
    CHECK(is_refused<fruit>("Apple"));
    CHECK(is_wrong_argument([] { return encoded(static_cast<fruit>(3)); }));
    CHECK(enum_labels<fruit>::list() == "a pear, sloe, apple");
  }

  TEST_CASE("a type is named in errors as it is declared, or as in C++") {
    CHECK(codec<fruit>::name == "garden.fruit");
    CHECK(codec<plain>::name == "plain");
    CHECK(codec<point>::name == "point");
  }

  TEST_CASE("only what a column of the type can have is accepted") {
    CHECK(codec<plain>::accepts(assigned));
    CHECK(codec<plain>::accepts(text_type));
    CHECK_FALSE(codec<plain>::accepts(integer_type));
    CHECK(codec<point>::accepts(record_type));
    CHECK_FALSE(codec<point>::accepts(text_type));
    CHECK(codec<std::vector<plain>>::accepts(varchar_array_type));
    CHECK_FALSE(codec<std::vector<plain>>::accepts(integer_array_type));
    CHECK_FALSE(codec<std::vector<point>>::accepts(text_array_type));
    CHECK(codec<std::vector<std::int32_t>>::accepts(assigned));
    CHECK_FALSE(codec<std::int32_t>::accepts(assigned));
    CHECK_FALSE(codec<std::string>::accepts(assigned));
  }

  TEST_CASE("a composite is sent as a row literal, quoted where it needs be") {
    CHECK(encoded(point{}) == "(0,)");
    CHECK(encoded(point{-1, ""}) == "(-1,\"\")");
    CHECK(encoded(point{1, "null"}) == "(1,\"null\")");
    CHECK(encoded(point{1, "a\"b\\"}) == "(1,\"a\\\"b\\\\\")");
    CHECK(encoded(std::vector<std::optional<point>>{point{1, "a"}, std::nullopt}) ==
          "{\"(1,a)\",NULL}");
    CHECK(encoded(path{plain::two, {point{1, " "}}}) ==
          "(two,\"{\\\"(1,\\\\\\\" \\\\\\\")\\\"}\")");
    CHECK(encoded(std::vector<plain>{}) == "{}");
    CHECK(is_wrong_argument([] { return encoded(point{1, std::string("\0", 1)}); }));
  }

  TEST_CASE("a composite is read from the server's binary form") {
    const std::string one = encoded(std::int32_t{1});
    const auto whole = row_bytes(2).field(integer_type, one).field(varchar_type, "a");
    CHECK(decoded<point>(whole.bytes()) == point{1, "a"});
    const auto null = row_bytes(2).field(assigned, one).null(assigned);
    CHECK(decoded<point>(null.bytes()) == point{1, std::nullopt});
    for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
      CHECK(is_refused<point>(whole.bytes().substr(0, size)));
    }
    CHECK(is_refused<point>(whole.bytes() + '\0'));
    CHECK(is_refused<point>(row_bytes(1).field(integer_type, one).bytes()));
    CHECK(is_refused<point>(row_bytes(3).field(integer_type, one).null(25).null(25).bytes()));
    CHECK(is_refused<point>(row_bytes(2).null(integer_type).null(text_type).bytes()));
    CHECK(is_refused<point>(row_bytes(2).field(text_type, one).null(text_type).bytes()));
    CHECK(is_refused<point>(row_bytes(2).field(assigned, "123").null(text_type).bytes()));
  }

  TEST_CASE("spoiled composites are refused, or read as something that can be sent") {
    const std::string one = encoded(std::int32_t{1});
    const std::string inner = row_bytes(2).field(integer_type, one).field(text_type, "ab").bytes();
    std::string list;
    put_array_head(list, {1, assigned});
    put_big_endian(list, static_cast<std::uint32_t>(inner.size()));
    list += inner;
    const std::string whole = row_bytes(2).field(assigned, "two").field(assigned + 1, list).bytes();
    CHECK(decoded<path>(whole) == path{plain::two, {point{1, "ab"}}});
    std::mt19937_64 random(weir::test::seed());
    int refused = 0;
    constexpr int rounds = 2'000;
    for (int round = 0; round < rounds; ++round) {
      std::string bytes = whole;
      for (auto left = 1 + random() % 3; left > 0; --left) {
        // Zeros apart: they are the one byte that text has from no server, and cannot be sent.
        bytes[random() % bytes.size()] = static_cast<char>(1 + random() % 255);
      }
      if (is_refused<path>(bytes)) {
        ++refused;
        continue;
      }
      CHECK_FALSE(encoded(decoded<path>(bytes)).empty());
    }
    CHECK(refused > 0);
    CHECK(refused < rounds);
  }

  TEST_CASE("a user type has all forms of what it is made of") {
    static_assert(codec<percent>::type == smallint_type);
    static_assert(codec<percent>::array_type == smallint_array_type);
    static_assert(codec<tags>::type == text_array_type);
    static_assert(!encodable<std::vector<tags>>);
    check_form(percent{7});
    CHECK(decoded<tags>(encoded(tags{{"a", "b"}})) == tags{{"a", "b"}});
    CHECK(is_refused<percent>(encoded(percent{101})));
  }
}

}  // namespace
}  // namespace weir::postgres::detail
