// SPDX-License-Identifier: Apache-2.0
#include "weir/config/duration_text.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "seed.hpp"

TEST_SUITE_BEGIN("config.duration_text");

using namespace std::chrono_literals;
using weir::duration_text;
using weir::parse_duration;

TEST_CASE("what is no span of time is refused") {
  for (const char* wrong : {"",
                            "-",
                            "s",
                            "1",
                            "250",
                            "-1",
                            "+1s",
                            "1.s",
                            ".5s",
                            "1 s",
                            " 1s",
                            "1s ",
                            "1sec",
                            "1S",
                            "1M",
                            "1w",
                            "1y",
                            "1s1h",
                            "1s1s",
                            "1m1min",
                            "1min1m",
                            "--1s",
                            "1s-1ms",
                            "0.1ns",
                            "1.0000000001s",
                            "1e3s",
                            "106752d",
                            "9223372036854775808ns",
                            "99999999999999999999h",
                            "1h30"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_duration(wrong).has_value());
  }
  CHECK_FALSE(parse_duration(std::string_view("1s\0", 3)).has_value());
}

TEST_CASE("a span of time is numbers with their units, from large to small") {
  CHECK(parse_duration("0") == 0s);
  CHECK(parse_duration("0s") == 0s);
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("1h30min") == 90min);
  CHECK(parse_duration("2d") == 48h);
  CHECK(parse_duration("7us3ns") == 7003ns);
  CHECK(parse_duration("-5s") == -5s);
  CHECK(parse_duration("0.000000001s") == 1ns);
  CHECK(parse_duration("9223372036854775807ns") == weir::duration::max());
}

TEST_CASE("every span of time is read as it is written") {
  std::mt19937_64 random(weir::test::seed());
  for (int round = 0; round < 10'000; ++round) {
    const auto magnitude = static_cast<std::int64_t>(random() >> 1 >> (random() % 63));
    const weir::duration span(random() % 2 == 0 ? magnitude : -magnitude);
    CAPTURE(span.count());
    CHECK(parse_duration(duration_text(span)) == span);
  }
  CHECK(duration_text(90min) == "1h30m");
  CHECK(duration_text(250ms) == "250ms");
  CHECK(duration_text(-1500ms) == "-1s500ms");
  CHECK(duration_text(0s) == "0s");
  CHECK(duration_text(weir::duration::min()) == "-106751d23h47m16s854ms775us808ns");
}

TEST_CASE("no text brings the reader of spans down, and what it takes it takes again") {
  constexpr std::string_view letters = "0123456789.hmsmsunid-";
  std::mt19937_64 random(weir::test::seed());
  int taken = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (auto length = random() % 10; length > 0; --length) {
      text += letters[random() % letters.size()];
    }
    const auto span = parse_duration(text);
    if (!span) continue;
    ++taken;
    CAPTURE(text);
    CHECK(parse_duration(duration_text(*span)) == span);
  }
  CHECK(taken > 0);
}

TEST_SUITE_END();
