// SPDX-License-Identifier: Apache-2.0
#include "weir/config/byte_size.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "seed.hpp"

TEST_SUITE_BEGIN("config.byte_size");

using weir::byte_size;
using weir::parse_byte_size;

TEST_CASE("what is no size is refused") {
  for (const char* wrong : {"",
                            " ",
                            "B",
                            "MiB",
                            "-1",
                            "-1MiB",
                            "+1MiB",
                            "1 MiB ",
                            " 1MiB",
                            "1  MiB",
                            "1mib",
                            "1Mib",
                            "1M",
                            "1K",
                            "1.MiB",
                            ".5MiB",
                            "1.5",
                            "0.1B",
                            "1e3",
                            "0x10",
                            "1MiB2",
                            "1,5MiB",
                            "1_000",
                            "18446744073709551616",
                            "16777216TiB",
                            "99999999999999999999999B",
                            "1.0000000000000000000001GiB"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_byte_size(wrong).has_value());
  }
  CHECK_FALSE(parse_byte_size(std::string_view("1\0MiB", 5)).has_value());
}

TEST_CASE("a size is a number with its unit") {
  CHECK(parse_byte_size("0") == byte_size(0));
  CHECK(parse_byte_size("512") == byte_size(512));
  CHECK(parse_byte_size("512B") == byte_size(512));
  CHECK(parse_byte_size("64KiB") == weir::kibibytes(64));
  CHECK(parse_byte_size("4MiB") == weir::mebibytes(4));
  CHECK(parse_byte_size("4 MiB") == weir::mebibytes(4));
  CHECK(parse_byte_size("2GiB") == weir::gibibytes(2));
  CHECK(parse_byte_size("1.5KiB") == byte_size(1536));
  CHECK(parse_byte_size("4MB") == byte_size(4'000'000));
  CHECK(parse_byte_size("0.25kB") == byte_size(250));
  CHECK(parse_byte_size("18446744073709551615") == byte_size(18'446'744'073'709'551'615U));
}

TEST_CASE("every size is read as it is written") {
  std::mt19937_64 random(weir::test::seed());
  for (int round = 0; round < 10'000; ++round) {
    // Of any magnitude, and often a multiple of some unit.
    const byte_size size(random() >> (random() % 64) << (random() % 64));
    CAPTURE(size.bytes());
    CHECK(parse_byte_size(to_string(size)) == size);
  }
  CHECK(to_string(weir::mebibytes(4)) == "4MiB");
  CHECK(to_string(byte_size(1025)) == "1025B");
  CHECK(to_string(byte_size()) == "0B");
}

TEST_CASE("no text brings the reader of sizes down, and what it takes is what it says") {
  constexpr std::string_view letters = "0123456789..KMGTikB -+";
  std::mt19937_64 random(weir::test::seed());
  int taken = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (auto length = random() % 12; length > 0; --length) {
      text += letters[random() % letters.size()];
    }
    const auto size = parse_byte_size(text);
    if (!size) continue;
    ++taken;
    CAPTURE(text);
    CHECK(parse_byte_size(to_string(*size)) == size);
    CHECK(text.front() >= '0');
    CHECK(text.front() <= '9');
  }
  CHECK(taken > 0);
}

TEST_SUITE_END();
