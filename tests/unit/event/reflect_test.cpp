// SPDX-License-Identifier: Apache-2.0
#include "weir/reflect.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shapes.hpp"

namespace {

struct hidden {
  int first = 0;
  std::string second;
};

struct awkward {
  std::optional<int> maybe;
  std::array<int, 3> three{};
  hidden nested;
  std::unique_ptr<int> owned;
  std::map<std::string, std::vector<int>> map;
};

class listed {
 public:
  listed() = default;
  explicit listed(int amount) : amount_(amount) {}
  WEIR_FIELDS(amount_, note)
  bool operator==(const listed&) const = default;

 private:
  int amount_ = 0;
  std::string note = "none";
};

struct nothing {};

struct one_text {
  std::string only;
};

}  // namespace

TEST_SUITE("event.reflect") {
  TEST_CASE("an aggregate tells the names of its fields in order") {
    constexpr auto names = weir::field_names<weir::test::order_created>();
    CHECK(names.size() == 4);
    CHECK(names[0] == "order_id");
    CHECK(names[1] == "user_id");
    CHECK(names[2] == "amount_cents");
    CHECK(names[3] == "created_at");
  }

  TEST_CASE("members of any type count as one field each") {
    constexpr auto names = weir::field_names<awkward>();
    CHECK(names.size() == 5);
    CHECK(names[1] == "three");
    CHECK(names[4] == "map");
    CHECK(weir::field_count<one_text> == 1);
    CHECK(weir::field_count<weir::test::empty_choice> == 1);
  }

  TEST_CASE("local structs reflect too") {
    struct local {
      int left = 1;
      int right = 2;
    };
    CHECK(weir::field_names<local>()[1] == "right");
  }

  TEST_CASE("only structs with fields are reflectable") {
    CHECK(weir::reflectable<hidden>);
    CHECK(weir::reflectable<listed>);
    CHECK_FALSE(weir::reflectable<nothing>);
    CHECK_FALSE(weir::reflectable<int>);
    CHECK_FALSE(weir::reflectable<std::string>);
    CHECK_FALSE(weir::reflectable<std::vector<int>>);
    CHECK_FALSE(weir::reflectable<weir::uuid>);
    CHECK_FALSE(weir::reflectable<weir::timestamp>);
  }

  TEST_CASE("visiting reaches the fields themselves") {
    hidden value{1, "a"};
    std::string seen;
    weir::for_each_field(value, [&](std::string_view name, auto& field) {
      seen.append(name).append(" ");
      field = {};
    });

    CHECK(seen == "first second ");
    CHECK(value.first == 0);
    CHECK(value.second.empty());
    CHECK(&weir::field_at<1>(value) == &value.second);
    CHECK(std::same_as<weir::field_type<hidden, 1>, std::string>);
  }

  TEST_CASE("a class lists private fields with WEIR_FIELDS") {
    const listed value(7);
    constexpr auto names = weir::field_names<listed>();

    CHECK(names.size() == 2);
    CHECK(names[0] == "amount_");
    CHECK(names[1] == "note");
    CHECK(weir::field_at<0>(value) == 7);
    CHECK(weir::json::encode(value) == R"({"amount_":7,"note":"none"})");
    CHECK(*weir::json::decode<listed>(R"({"amount_":7,"note":"none"})") == value);
  }
}
