// SPDX-License-Identifier: Apache-2.0
#include "amounts.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("weir.amounts");

using namespace std::chrono_literals;
using weir::tools::text_of_bytes;
using weir::tools::text_of_span;

TEST_CASE("a size is told in the unit that fits it") {
  CHECK(text_of_bytes(0) == "0 B");
  CHECK(text_of_bytes(1023) == "1023 B");
  CHECK(text_of_bytes(1024) == "1.0 KiB");
  CHECK(text_of_bytes(std::uint64_t{3} << 29) == "1.5 GiB");
  CHECK(text_of_bytes(~std::uint64_t{0}) == "16777216.0 TiB");
}

TEST_CASE("a span is told in the unit that fits it") {
  CHECK(text_of_span(0ns) == "0 ns");
  CHECK(text_of_span(999ns) == "999 ns");
  CHECK(text_of_span(2400us) == "2.4 ms");
  CHECK(text_of_span(12ms) == "12 ms");
  CHECK(text_of_span(1500ms) == "1.5 s");
  CHECK(text_of_span(-90s) == "-1.5 m");
  CHECK(text_of_span(49h) == "2.0 d");
}

TEST_SUITE_END();
