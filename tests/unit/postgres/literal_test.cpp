// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/literal.hpp"

#include <limits>

#include "value.hpp"

namespace weir::postgres::detail {
namespace {

std::string quoted(std::string_view part) {
  std::string text;
  put_quoted(text, part);
  return text;
}

TEST_SUITE("postgres.literal") {
  TEST_CASE("values have the text that the server reads as the same value") {
    using limits = std::numeric_limits<std::int64_t>;
    CHECK(literal_of(true) == "t");
    CHECK(literal_of(false) == "f");
    CHECK(literal_of(limits::min()) == "-9223372036854775808");
    CHECK(literal_of(std::int16_t{-7}) == "-7");
    CHECK(literal_of(0.1f) == "0.1");
    CHECK(literal_of(-0.0) == "-0");
    CHECK(literal_of(std::numeric_limits<double>::denorm_min()) == "5e-324");
    CHECK(literal_of(std::numeric_limits<double>::infinity()) == "Infinity");
    CHECK(literal_of(-std::numeric_limits<float>::infinity()) == "-Infinity");
    CHECK(literal_of(std::numeric_limits<double>::quiet_NaN()) == "NaN");
    CHECK(literal_of(std::vector<std::byte>{std::byte{0}, std::byte{0xaf}}) == "\\x00af");
    CHECK(literal_of(timestamp()) == "1970-01-01 00:00:00+00");
    CHECK(literal_of(timestamp::max()) == "infinity");
    CHECK(literal_of(jsonb{"[1]"}) == "[1]");
    const interval mixed{.months = -1, .days = 2, .time = std::chrono::microseconds::min()};
    CHECK(literal_of(mixed) == "-1 mons +2 days -9223372036854775808 us");
    CHECK(literal_of(numeric("1.50")) == "1.50");
  }

  TEST_CASE("a document with a zero byte is refused, as a text is") {
    CHECK(is_wrong_argument([] { return literal_of(jsonb{std::string("\"\0\"", 3)}); }));
  }

  TEST_CASE("a part of an array or composite is quoted where it needs be") {
    CHECK(quoted("2026-01-31") == "2026-01-31");
    CHECK(quoted("") == "\"\"");
    CHECK(quoted("nulls") == "nulls");
    CHECK(quoted("NuLl") == "\"NuLl\"");
    CHECK(quoted("a b") == "\"a b\"");
    CHECK(quoted("\\x00") == "\"\\\\x00\"");
    CHECK(quoted("\"") == "\"\\\"\"");
    CHECK(quoted("\xc3\xbc") == "\"\xc3\xbc\"");
  }
}

}  // namespace
}  // namespace weir::postgres::detail
