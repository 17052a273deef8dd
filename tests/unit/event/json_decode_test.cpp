// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "shapes.hpp"

using namespace weir::test;
using weir::json::decode;

TEST_SUITE("event.json_decode") {
  TEST_CASE("fields are found in any order, with any white space") {
    const order_line line{"a", 2};
    CHECK(*decode<order_line>(R"({"sku":"a","quantity":2})") == line);
    CHECK(*decode<order_line>(R"({"quantity":2,"sku":"a"})") == line);
    CHECK(*decode<order_line>("\r\n\t {\r\n \"quantity\" :\t2 ,\r\n\"sku\": \"a\"}\r\n") == line);
    CHECK(*decode<order_line>(R"({"\u0073ku":"a","quantity":2})") == line);
  }

  TEST_CASE("fields that the struct does not have are ignored wherever they stand") {
    const order_line line{"a", 2};
    CHECK(*decode<order_line>(
              R"({"x":{"sku":[1,2.5e-3,"\"}"]},"sku":"a","y":null,"quantity":2,"z":[[],{}]})") ==
          line);
    CHECK(*decode<order_line>(
              R"({"x":123456789012345678901234567890,"sku":"a","x":1,"quantity":2})") == line);
  }

  TEST_CASE("an optional may be absent or null") {
    CHECK_FALSE(decode<empty_choice>("{}")->value.has_value());
    CHECK_FALSE(decode<empty_choice>(R"({"value":null})")->value.has_value());
    CHECK(decode<empty_choice>(R"({"value":3})")->value == 3);
  }

  TEST_CASE("names in camel case are read") {
    CHECK(*decode<camel_order>(R"({"orderId":1,"amount2":2,"_innerPart_":3})") ==
          camel_order{1, 2, 3});
    CHECK(decode_error<camel_order>(R"({"order_id":1,"amount2":2,"_innerPart_":3})") ==
          "JSON of weir::test::camel_order: $.orderId at byte 0: "
          "the required field is missing from the object");
  }

  TEST_CASE("integers are read to their last value and refused beyond it") {
    CHECK(*decode<std::int8_t>("-128") == -128);
    CHECK(*decode<std::int64_t>("-9223372036854775808") ==
          std::numeric_limits<std::int64_t>::min());
    CHECK(*decode<std::int64_t>("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
    CHECK(*decode<std::uint64_t>("18446744073709551615") ==
          std::numeric_limits<std::uint64_t>::max());
    CHECK(*decode<std::uint8_t>("-0") == 0);
    for (const char* body : {"128", "-129", "1.0", "1e2", "1.5", "\"1\"", "true", "null",
                             "99999999999999999999999999999999999999999999"}) {
      CAPTURE(body);
      CHECK(decode_error<std::int8_t>(body).find("expected an integer") != std::string::npos);
    }
    // "long" with clang, "long int" with g++.
    CHECK(decode_error<std::int64_t>("9223372036854775808")
              .ends_with(": $ at byte 0: expected an integer from -9223372036854775808 to "
                         "9223372036854775807, found a number"));
    CHECK(decode_error<std::uint64_t>("18446744073709551616")
              .find("from 0 to 18446744073709551615") != std::string::npos);
    CHECK(decode_error<std::uint16_t>("-1").find("found a number") != std::string::npos);
  }

  TEST_CASE("doubles are read in every form of JSON's grammar") {
    CHECK(*decode<double>("0") == 0.0);
    CHECK(std::signbit(*decode<double>("-0.0")));
    CHECK(*decode<double>("12.5E+1") == 125.0);
    CHECK(*decode<double>("5e-324") == 5e-324);
    CHECK(*decode<double>("1.7976931348623157e308") == std::numeric_limits<double>::max());
    for (const char* body : {"1e999", "-1e999", "01", "+1", ".5", "1.", "1e", "1e+", "-", "NaN",
                             "Infinity", "0x10", "1_000", "1,5"}) {
      CAPTURE(body);
      CHECK(decode_error<double>(body) != "decoded");
    }
  }

  TEST_CASE("strings are unescaped") {
    CHECK(*decode<std::string>(R"("a\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00z")") ==
          "a\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
    CHECK(*decode<std::string>(R"("\u0000")") == std::string("\0", 1));
    CHECK(decode<std::string>("\"" + std::string(1 << 20, 'x') + "\"")->size() == 1 << 20);
  }

  TEST_CASE("enums are read by name and the error tells the names") {
    CHECK(*decode<order_state>(R"("shipped")") == order_state::shipped);
    CHECK(decode_error<order_state>(R"("lost")")
              .find("expected one of open paid shipped, found a string") != std::string::npos);
    CHECK(decode_error<order_state>("1") != "decoded");
  }

  TEST_CASE("maps and vectors replace what was there") {
    CHECK(*decode<std::map<std::string, int>>(R"({"b":2,"a":1})") ==
          std::map<std::string, int>{{"a", 1}, {"b", 2}});
    CHECK(decode<std::vector<int>>("[]")->empty());
    CHECK(*decode<std::vector<bool>>("[true,false]") == std::vector<bool>{true, false});
  }

  TEST_CASE("raw_json keeps the text of a value as it came") {
    CHECK(decode<holds<weir::raw_json>>(R"({"value": {"a" : 1.50} })")->value.text() ==
          R"({"a" : 1.50})");
    CHECK(weir::raw_json{}.text() == "null");
    CHECK_FALSE(weir::raw_json::parse("[1,]").has_value());
    CHECK_FALSE(weir::raw_json::parse("").has_value());
  }

  TEST_CASE("an error names the place, what was expected and what was found") {
    CHECK(decode_error<every_kind>(R"({"lines":[{"sku":"a","quantity":1},{"sku":7}]})") ==
          "JSON of weir::test::every_kind: $.lines[1].sku at byte 42: "
          "expected a string, found a number");
    CHECK(decode_error<order_created>(R"({"order_id":"123"})") ==
          "JSON of weir::test::order_created: $.order_id at byte 12: "
          "expected a uuid (8-4-4-4-12 hexadecimal digits), found a string");
    CHECK(decode_error<holds<weir::timestamp>>(R"({"value":"2026-02-30T00:00:00Z"})")
              .find("expected a time as in RFC 3339") != std::string::npos);
    CHECK(decode_error<holds<std::map<std::string, int>>>(R"({"value":{"k":[]}})")
              .find("$.value.(key) at byte 14: expected an integer, found an array") !=
          std::string::npos);
    CHECK(decode_error<order_line>(R"({"sku":"a"})") ==
          "JSON of weir::test::order_line: $.quantity at byte 0: "
          "the required field is missing from the object");
  }

  TEST_CASE("a required field that is null is an error") {
    CHECK(decode_error<order_line>(R"({"sku":null,"quantity":1})")
              .find("expected a string, found null") != std::string::npos);
  }

  TEST_CASE("every failure of decoding poisons the message") {
    const auto decoded = decode<order_line>("{}");
    REQUIRE_FALSE(decoded.has_value());
    CHECK(decoded.error().disposition() == weir::disposition::poison);
    CHECK(decoded.error().is(weir::errc::invalid_input));
  }
}
