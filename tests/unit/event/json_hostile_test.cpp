// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "shapes.hpp"

using namespace weir::test;
using weir::json::decode;

namespace {

/// A body that ends where its memory ends, so that a sanitizer sees a read past it.
template <class T>
std::string tight_decode_error(std::string_view body) {
  const auto copy = std::make_unique<char[]>(body.size());
  std::memcpy(copy.get(), body.data(), body.size());
  return decode_error<T>(std::string_view(copy.get(), body.size()));
}

constexpr std::string_view valid_body =
    R"({"flag":true,"small":-1,"large":12345678901234567890,"cents":-5,"ratio":1.5e-3,)"
    "\r\n"
    R"("note":"a\u00e9\ud83d\ude00\n\\","id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
    R"("at":"2026-01-31T12:30:00.5Z","state":"open","line":{"sku":"é","quantity":1},)"
    R"("lines":[{"quantity":1,"sku":""}],"bits":[false],"gaps":[null,2],"totals":{"x":1},)"
    R"("comment":null,"gift":{"sku":"b","quantity":2},"rest":[{"a":[]}],"extra":{"b":[1,"c"]}})";

}  // namespace

TEST_SUITE("event.json_hostile") {
  TEST_CASE("every truncation of a valid body is an error") {
    REQUIRE(tight_decode_error<every_kind>(valid_body) == "decoded");
    for (std::size_t length = 0; length < valid_body.size(); ++length) {
      CAPTURE(length);
      CHECK(tight_decode_error<every_kind>(valid_body.substr(0, length)) != "decoded");
      CHECK_FALSE(weir::raw_json::parse(valid_body.substr(0, length)).has_value());
    }
  }

  TEST_CASE("an empty body says so") {
    CHECK(decode_error<order_line>("") == "JSON of weir::test::order_line: $: the body is empty");
    CHECK(decode_error<order_line>(" \r\n").find("found the end of the body") != std::string::npos);
    CHECK(decode_error<order_line>(std::string_view()).find("is empty") != std::string::npos);
  }

  TEST_CASE("what is not JSON says what stands there instead") {
    CHECK(decode_error<order_line>("hello, world") ==
          "JSON of weir::test::order_line: $ at byte 0: expected an object, found the byte 0x68");
    CHECK(decode_error<order_line>("<order/>").find("found the byte 0x3c") != std::string::npos);
    CHECK(decode_error<order_line>("\xef\xbb\xbf{}").find("found a byte order mark") !=
          std::string::npos);
    CHECK(decode_error<order_line>(std::string_view("\0\0", 2)).find("found the byte 0x00") !=
          std::string::npos);
  }

  TEST_CASE("nothing may follow the value") {
    CHECK(decode_error<int>("1 ") == "decoded");
    CHECK(decode_error<int>("1 2").find("expected nothing after the value") != std::string::npos);
    CHECK(decode_error<empty_choice>("{}}") != "decoded");
    CHECK(decode_error<empty_choice>("{}{}") != "decoded");
    CHECK(decode_error<empty_choice>(std::string_view("{}\0", 3)) != "decoded");
  }

  TEST_CASE("a comma stands between fields, once, and nowhere else") {
    for (const char* body : {R"({"sku":"a""quantity":2})", R"({,"sku":"a","quantity":2})",
                             R"({"sku":"a",,"quantity":2})", R"({"sku":"a","quantity":2,})",
                             R"({"sku":"a"; "quantity":2})", R"({"sku":"a","quantity" 2})"}) {
      CAPTURE(body);
      CHECK(tight_decode_error<order_line>(body) != "decoded");
    }
  }

  TEST_CASE("bad grammar is refused in fields that nobody asked for as well") {
    for (const char* rest : {R"({]})",
                             R"([1 2])",
                             R"([1,])",
                             R"({"a":1,})",
                             R"({"a"})",
                             R"({a:1})",
                             R"({"a":})",
                             "tru",
                             "nul",
                             "True",
                             "01",
                             "1.",
                             "--1",
                             "'a'",
                             "\"a\nb\"",
                             R"("\x41")",
                             R"("\u12g4")",
                             R"("\ud800")",
                             R"("\udc00")",
                             R"("\ud800\u0041")",
                             "\"\xff\"",
                             "\"\xc0\x80\"",
                             "\"\xed\xa0\x80\"",
                             "\"\xf4\x90\x80\x80\"",
                             "[",
                             "/* c */ 1",
                             ""}) {
      CAPTURE(rest);
      const std::string body = std::string(R"({"x":)") + rest + R"(,"value":1})";
      CHECK(tight_decode_error<empty_choice>(body) != "decoded");
    }
  }

  TEST_CASE("a field that stands twice is an error, whichever order or type") {
    CHECK(decode_error<empty_choice>(R"({"value":1,"value":1})")
              .find("$.value at byte 19: the field stands twice in one object") !=
          std::string::npos);
    CHECK(decode_error<empty_choice>(R"({"value":null,"x":0,"value":1})").find("stands twice") !=
          std::string::npos);
    CHECK(decode_error<std::map<std::string, int>>(R"({"a":1,"\u0061":2})").find("stands twice") !=
          std::string::npos);
  }

  TEST_CASE("nesting ends at the limit, for known and for unknown fields") {
    const auto nested = [](std::size_t depth) {
      return std::string(depth, '[') + std::string(depth, ']');
    };
    CHECK(weir::raw_json::parse(nested(weir::json::depth_max)).has_value());
    CHECK_FALSE(weir::raw_json::parse(nested(weir::json::depth_max + 1)).has_value());
    CHECK(decode_error<empty_choice>(R"({"x":)" + nested(weir::json::depth_max) + "}")
              .find("nested deeper than 128") != std::string::npos);
    CHECK_FALSE(weir::raw_json::parse(std::string(1 << 20, '[')).has_value());
    std::string trees;
    for (int i = 0; i < 100'000; ++i) trees += R"({"children":[)";
    CHECK(decode_error<tree>(trees).find("nested deeper than 128") != std::string::npos);
  }

  TEST_CASE("an error text is short and printable whatever the body holds") {
    const std::string bodies[] = {"\"" + std::string(1 << 20, '\n'), std::string(1 << 20, '\xff'),
                                  "{\"" + std::string(1 << 20, 'k') + "\":1}",
                                  std::string(1 << 20, '7'), "\"\r\nPUB dlq 5\""};
    for (const std::string& body : bodies) {
      for (const std::string& text : {decode_error<order_line>(body), decode_error<int>(body),
                                      decode_error<std::map<std::string, bool>>(body)}) {
        CHECK(text.size() < 700);
        CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
      }
    }
  }

  TEST_CASE("a body of one mebibyte is read") {
    std::string body = R"({"note":"x","lines":[)";
    while (body.size() < (1 << 20)) body += R"({"sku":"a b c","quantity":12},)";
    body.back() = ']';
    body += "}";
    struct many {
      std::vector<order_line> lines;
    };
    const auto decoded = decode<many>(body);
    REQUIRE(decoded.has_value());
    CHECK(decoded->lines.size() > 30'000);
    CHECK(decoded->lines.back() == order_line{"a b c", 12});
  }
}
