// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "shapes.hpp"

using namespace weir::test;
using weir::json::encode;

TEST_SUITE("event.json_encode") {
  TEST_CASE("a struct becomes an object with its fields in order") {
    const order_created order{*weir::uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057"),
                              weir::uuid{}, 1250, *weir::parse_rfc3339("2026-01-31T12:30:00Z")};
    CHECK(encode(order) == R"({"order_id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
                           R"("user_id":"00000000-0000-0000-0000-000000000000",)"
                           R"("amount_cents":1250,"created_at":"2026-01-31T12:30:00Z"})");
  }

  TEST_CASE("every kind of field has its form") {
    every_kind value;
    value.flag = true;
    value.small = -128;
    value.large = std::numeric_limits<std::uint64_t>::max();
    value.cents = std::numeric_limits<std::int64_t>::min();
    value.ratio = 0.1;
    value.state = order_state::paid;
    value.lines = {{"a", 1}, {"b", 2}};
    value.bits = {true, false};
    value.gaps = {1, std::nullopt};
    value.totals = {{"x", 1}, {"y", -2}};
    value.gift = order_line{"c", 3};
    value.rest = *weir::raw_json::parse(" [1, {}] ");
    CHECK(encode(value) ==
          R"({"flag":true,"small":-128,"large":18446744073709551615,)"
          R"("cents":-9223372036854775808,"ratio":0.1,"note":"",)"
          R"("id":"00000000-0000-0000-0000-000000000000","at":"1970-01-01T00:00:00Z",)"
          R"("state":"paid","line":{"sku":"","quantity":0},)"
          R"("lines":[{"sku":"a","quantity":1},{"sku":"b","quantity":2}],"bits":[true,false],)"
          R"("gaps":[1,null],"totals":{"x":1,"y":-2},"gift":{"sku":"c","quantity":3},)"
          R"("rest":[1, {}]})");
  }

  TEST_CASE("an empty optional is left out, also when it is the only field") {
    CHECK(encode(empty_choice{}) == "{}");
    CHECK(encode(empty_choice{5}) == R"({"value":5})");
    CHECK(encode(std::optional<int>{}) == "null");
  }

  TEST_CASE("a struct can have its names in camel case") {
    CHECK(encode(camel_order{1, 2, 3}) == R"({"orderId":1,"amount2":2,"_innerPart_":3})");
  }

  TEST_CASE("strings are escaped where JSON asks for it and nowhere else") {
    CHECK(encode(std::string("a\"\\/\b\f\n\r\t\x01\x1f\x7f")) ==
          "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
    CHECK(encode(std::string("\0", 1)) == R"("\u0000")");
    CHECK(encode(std::string("\xc3\xa9\xf0\x9f\x98\x80")) == "\"\xc3\xa9\xf0\x9f\x98\x80\"");
    CHECK(encode(std::map<std::string, int>{{"a\n\"", 1}}) == R"({"a\n\"":1})");
  }

  TEST_CASE("a double is written shortest, and never as an integer that others cannot hold") {
    CHECK(encode(0.1) == "0.1");
    CHECK(encode(-0.0) == "-0");
    CHECK(encode(1000.0) == "1000");
    CHECK(encode(1e15) == "1e+15");
    CHECK(encode(-28993376893175107584.0) == "-2.8993376893175108e+19");
    CHECK(encode(5e-324) == "5e-324");
  }

  TEST_CASE("what JSON cannot say is refused with its place") {
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(encode_error(holds<std::vector<double>>{{1, std::nan("")}})
              .find(": $.value[1]: NaN has no form in JSON") != std::string::npos);
    CHECK(encode_error(holds<double>{-infinity}).find("$.value: infinity") != std::string::npos);
    CHECK(encode_error(order_line{"ab\xff", 1}) ==
          "JSON of weir::test::order_line: $.sku: the string is not valid UTF-8");
    CHECK(encode_error(std::map<std::string, int>{{"\xc3(", 1}}).find("$.(key): the string") !=
          std::string::npos);
    CHECK(encode_error(weir::timestamp::max()).find("outside the years 0000 to 9999") !=
          std::string::npos);
    CHECK(encode_error(static_cast<order_state>(9)).find("the value 9 of the enum") !=
          std::string::npos);
  }

  TEST_CASE("a refused value leaves what was written before it") {
    std::string out = "before";
    CHECK_THROWS_AS(weir::json::append(out, order_line{"\xff", 1}), weir::error);
    CHECK(out == "before");
    weir::json::append(out, true);
    CHECK(out == "beforetrue");
  }

  TEST_CASE("a refused value is a permanent error, not a poisoned message") {
    try {
      weir::json::encode(order_line{"\xff", 1});
      FAIL("an invalid string was encoded");
    } catch (const weir::error& failure) {
      CHECK(failure.disposition() == weir::disposition::permanent);
      CHECK(failure.is(weir::errc::invalid_argument));
    }
  }

  TEST_CASE("nesting is written down to the depth that can be read back") {
    const auto chain = [](std::size_t depth) {
      tree root;
      for (tree* at = &root; depth > 2; depth -= 2) at = &at->children.emplace_back();
      return root;
    };
    const tree deepest = chain(weir::json::depth_max);
    CHECK(*weir::json::decode<tree>(encode(deepest)) == deepest);
    CHECK(encode_error(chain(weir::json::depth_max + 2)).find("nested deeper than 128") !=
          std::string::npos);
  }
}
