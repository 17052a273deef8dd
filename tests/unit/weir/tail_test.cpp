// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tail/shown_message.hpp"
#include "tail/tail_start.hpp"

TEST_SUITE_BEGIN("weir.tail_text");

using namespace weir;
using tools::parse_tail_start;
using tools::shown_message;
using tools::tail_start;

namespace {

shown_message message(std::string body) {
  shown_message made{.time = timestamp(std::chrono::sys_days(std::chrono::year(2026) / 1 / 31)),
                     .subject = "orders.created"};
  made.body = std::move(body);
  return made;
}

}  // namespace

TEST_CASE("a tail begins where its words say, and words that say nothing are refused") {
  for (const auto& wrong : std::vector<std::vector<std::string>>{{},
                                                                 {""},
                                                                 {"old"},
                                                                 {"last"},
                                                                 {"last", "0"},
                                                                 {"last", "x"},
                                                                 {"last", "-1"},
                                                                 {"sequence", ""},
                                                                 {"all", "5"},
                                                                 {"5x"},
                                                                 {"last", "5", "6"},
                                                                 {"last 5 6"}}) {
    INFO(doctest::toString(wrong.size()));
    CHECK_FALSE(parse_tail_start(wrong).has_value());
  }
  CHECK(parse_tail_start({"all"})->is == tail_start::kind::all);
  CHECK(parse_tail_start({"new"})->is == tail_start::kind::new_messages);
  CHECK(parse_tail_start({"last", "10"})->number == 10);
  CHECK(parse_tail_start({"last 10"})->is == tail_start::kind::last);
  CHECK(parse_tail_start({"sequence:17"})->number == 17);
  CHECK(parse_tail_start({"sequence", "17"})->is == tail_start::kind::sequence);
  CHECK(parse_tail_start({"5m"})->age == std::chrono::minutes(5));
}

TEST_CASE("a message is shown with nothing in it that a terminal would obey") {
  shown_message one = message("\x1b[2J\xff");
  one.subject = "orders.\x1b]0;title\x07";
  one.headers = {{"tag", "a\x1b[31m"}};
  const std::string text = text_of(one);
  CHECK(text.find('\x1b') == text.npos);
  CHECK(text.find('\x07') == text.npos);
  CHECK(text.find("  tag: a?[31m\n") != text.npos);
  CHECK(text.find("00000000  1b 5b 32 4a ff") != text.npos);
}

TEST_CASE("a message of a stream tells its place, and JSON is indented") {
  shown_message one = message(R"({"id":7})");
  one.stream = "ORDERS";
  one.sequence = 17;
  CHECK(text_of(one) ==
        "2026-01-31T00:00:00Z  orders.created  ORDERS:17  8 bytes\n{\n  \"id\": 7\n}\n");
  CHECK(json_of(one) ==
        R"({"time":"2026-01-31T00:00:00Z","subject":"orders.created","stream":"ORDERS",)"
        R"("sequence":17,"headers":[],"bytes":8,"json":{"id":7}})");
}

TEST_CASE("a body is JSON, text or hexadecimal digits in a line of JSON, and the line stays one") {
  CHECK(json_of(message("plain \"text\"")).ends_with(R"("text":"plain \"text\""})"));
  CHECK(json_of(message("\xff\x01")).ends_with(R"("bytes":2,"hex":"ff01"})"));
  const std::string lines = json_of(message("{\n\"a\":1}"));
  CHECK(lines.find('\n') == lines.npos);
  CHECK(lines.ends_with(R"("text":"{\n\"a\":1}"})"));
}

TEST_SUITE_END();
