// SPDX-License-Identifier: Apache-2.0
#include "span_text.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("resilience.span_text");

using namespace std::chrono_literals;
using weir::duration;
using weir::detail::rounded_span_text;
using weir::detail::span_text;

TEST_CASE("a setting is written in the largest unit of which it is a whole number") {
  CHECK(span_text(0s) == "0s");
  CHECK(span_text(1ns) == "1ns");
  CHECK(span_text(1500us) == "1500us");
  CHECK(span_text(250ms) == "250ms");
  CHECK(span_text(60s) == "1min");
  CHECK(span_text(90s) == "90s");
  CHECK(span_text(48h) == "48h");
  CHECK(span_text(duration::max()) == "ever");
}

TEST_CASE("a measured span has two digits or more, and is never less than it was") {
  CHECK(rounded_span_text(0s) == "0s");
  CHECK(rounded_span_text(3ns) == "3ns");
  CHECK(rounded_span_text(11'999'999'999ns) == "12s");
  CHECK(rounded_span_text(9'999'000'001ns) == "10000ms");
  CHECK(rounded_span_text(12s) == "12s");
}

TEST_SUITE_END();
