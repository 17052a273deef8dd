// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/numeric.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "value.hpp"

namespace weir::postgres::detail {
namespace {

using limits = std::numeric_limits<std::int64_t>;

std::string shown(std::string_view text) { return numeric(text).to_string(); }

std::string message_of(std::string_view text) {
  try {
    const numeric made(text);
    return made.to_string();
  } catch (const weir::error& refused) {
    return refused.message();
  }
}

/// Up to 40 digits with a point somewhere.
std::string random_text(std::mt19937_64& random) {
  std::string text(random() % 2 == 0 ? "-" : "");
  const auto whole = 1 + random() % 20;
  text += static_cast<char>('1' + random() % 9);
  for (std::uint64_t i = 1; i < whole; ++i) text += static_cast<char>('0' + random() % 10);
  const auto fraction = random() % 21;
  if (fraction > 0) text += '.';
  for (std::uint64_t i = 0; i < fraction; ++i) text += static_cast<char>('0' + random() % 10);
  return text;
}

std::string wire(std::initializer_list<unsigned> fields) {
  std::string bytes;
  for (const unsigned field : fields) put_big_endian(bytes, static_cast<std::uint16_t>(field));
  return bytes;
}

TEST_SUITE("postgres.numeric") {
  TEST_CASE("what is no number is refused with the text and the reason") {
    for (const std::string_view text : {"",
                                        " ",
                                        "-",
                                        ".",
                                        "+.",
                                        "1 ",
                                        " 1",
                                        "1.2.3",
                                        "1e",
                                        "1e+",
                                        "--1",
                                        "+-1",
                                        "0x10",
                                        "1_000",
                                        "12a",
                                        "-nan",
                                        "infinit",
                                        "1e1000001",
                                        "1e99999999999999999999",
                                        "1e+-1",
                                        "e5"}) {
      CAPTURE(text);
      CHECK_FALSE(numeric::parse(text).has_value());
      CHECK(is_wrong_argument([&] { return numeric(text); }));
    }
    CHECK(message_of("12a").find("\"12a\"") != std::string::npos);
    CHECK(message_of("12a").find("something else") != std::string::npos);
    CHECK(message_of(std::string(500, 'x')).size() < 200);
  }

  TEST_CASE("a number beyond what the server can store is refused, the largest is not") {
    const std::string whole(131'072, '9');
    const std::string fraction(16'383, '9');
    CHECK(shown(whole + "." + fraction) == whole + "." + fraction);
    CHECK(message_of(whole + "9").find("131072 digits before") != std::string::npos);
    CHECK(message_of("0." + fraction + "9").find("16383 digits behind") != std::string::npos);
    CHECK(numeric::parse("1e131071").has_value());
    CHECK_FALSE(numeric::parse("1e131072").has_value());
    CHECK(numeric::parse("1e-16383").has_value());
    CHECK_FALSE(numeric::parse("1e-16384").has_value());
    CHECK_FALSE(numeric::parse("0e-16384").has_value());
    CHECK(numeric::parse("0e1000000") == numeric());
    CHECK(numeric::parse("000" + whole).has_value());
  }

  TEST_CASE("a number is printed as the server prints it, with all digits behind its point") {
    CHECK(shown("1.50") == "1.50");
    CHECK(shown("+007.") == "7");
    CHECK(shown(".5") == "0.5");
    CHECK(shown("-0") == "0");
    CHECK(shown("-0.00") == "0.00");
    CHECK(shown("0.00001") == "0.00001");
    CHECK(shown("-12345678.00001234") == "-12345678.00001234");
    CHECK(shown("1.5e3") == "1500");
    CHECK(shown("1.5e0") == "1.5");
    CHECK(shown("12345E-3") == "12.345");
    CHECK(shown("1e20") == "100000000000000000000");
    CHECK(shown("1e-7") == "0.0000001");
    CHECK(shown("10000") == "10000");
    CHECK(shown("nan") == "NaN");
    CHECK(shown("inf") == "Infinity");
    CHECK(shown("+Infinity") == "Infinity");
    CHECK(shown("-INFINITY") == "-Infinity");
    CHECK(numeric("1.50").scale() == 2);
    CHECK(numeric("1.5e3").scale() == 0);
  }

  TEST_CASE("numbers compare by value, whatever zeros they print") {
    CHECK(numeric("1.5") == numeric("1.50"));
    CHECK(numeric("0") == numeric("-0.000"));
    CHECK(numeric(7) == numeric("7.0"));
    CHECK(numeric() == numeric(0));
    CHECK(numeric("1e4") == numeric(10'000));
    const std::array ascending{"-Infinity", "-1e20", "-10000.5", "-10000",   "-1.5", "-1.49",
                               "-0.0001",   "0",     "0.00009",  "0.0001",   "1",    "1.00001",
                               "9999",      "10000", "1e20",     "Infinity", "NaN"};
    for (std::size_t low = 0; low < ascending.size(); ++low) {
      for (std::size_t high = 0; high < ascending.size(); ++high) {
        CAPTURE(ascending[low]);
        CAPTURE(ascending[high]);
        CHECK((numeric(ascending[low]) <=> numeric(ascending[high])) == (low <=> high));
      }
    }
  }

  TEST_CASE("every integer is a numeric, and comes back from it") {
    for (const std::int64_t value :
         {limits::min(), limits::min() + 1, std::int64_t{-10'000}, std::int64_t{-1},
          std::int64_t{0}, std::int64_t{9'999}, std::int64_t{10'000}, limits::max()}) {
      CHECK(numeric(value).to_string() == std::to_string(value));
      CHECK(numeric(value).to_int64() == value);
    }
    const auto largest = std::numeric_limits<std::uint64_t>::max();
    CHECK(numeric(largest).to_string() == "18446744073709551615");
    CHECK_FALSE(numeric(largest).to_int64().has_value());
    CHECK(numeric(std::int16_t{-5}).to_string() == "-5");
  }

  TEST_CASE("only a whole number within its range becomes an integer") {
    CHECK(numeric("9223372036854775807.000").to_int64() == limits::max());
    CHECK(numeric("-9223372036854775808").to_int64() == limits::min());
    CHECK(numeric("-0.0").to_int64() == 0);
    CHECK(numeric("4e6").to_int64() == 4'000'000);
    for (const std::string_view text :
         {"9223372036854775808", "-9223372036854775809", "1.5", "0.0001", "-0.5", "1e20",
          "1e130000", "99999999999999999999", "NaN", "Infinity", "-Infinity"}) {
      CAPTURE(text);
      CHECK_FALSE(numeric(text).to_int64().has_value());
    }
  }

  TEST_CASE("a number becomes the nearest double, or an infinity beyond its range") {
    CHECK(numeric("0.1").to_double() == 0.1);
    CHECK(numeric("-1.5").to_double() == -1.5);
    CHECK(numeric().to_double() == 0.0);
    CHECK(numeric("1e308").to_double() == 1e308);
    CHECK(std::isinf(numeric("1e400").to_double()));
    CHECK(numeric("-1e400").to_double() < 0);
    CHECK(numeric("1e-400").to_double() == 0.0);
    CHECK(std::isinf(numeric::infinity().to_double()));
    CHECK(numeric::minus_infinity().to_double() < 0);
    CHECK(std::isnan(numeric::nan().to_double()));
  }

  TEST_CASE("the binary form is the server's") {
    CHECK(encoded(numeric("12345.678")) == wire({3, 1, 0, 3, 1, 2345, 6780}));
    CHECK(encoded(numeric("-0.0001")) == wire({1, 0xffff, 0x4000, 4, 1}));
    CHECK(encoded(numeric("0.00")) == wire({0, 0, 0, 2}));
    CHECK(encoded(numeric::nan()) == wire({0, 0, 0xc000, 0}));
    CHECK(decoded<numeric>(wire({0, 0, 0xd000, 32})) == numeric::infinity());
    CHECK(decoded<numeric>(wire({0, 0, 0xf000, 32})) == numeric::minus_infinity());
  }

  TEST_CASE("zeros around the digits are taken off, and what the scale hides is cut off") {
    const auto padded = decoded<numeric>(wire({4, 2, 0, 1, 0, 1, 5000, 0}));
    CHECK(padded == numeric(15'000));
    CHECK(encoded(padded) == wire({2, 1, 0, 1, 1, 5000}));
    CHECK(decoded<numeric>(wire({2, 0, 0, 2, 1, 5678})).to_string() == "1.56");
    CHECK(decoded<numeric>(wire({2, 0, 0, 0, 1, 5678})).to_string() == "1");
    CHECK(decoded<numeric>(wire({1, 0x8000, 0x4000, 3, 1})).to_string() == "0.000");
    CHECK(decoded<numeric>(wire({2, 0xffff, 0x4000, 2, 1, 2})) == numeric());
  }

  TEST_CASE("bytes that are no numeric are refused") {
    CHECK(is_refused<numeric>(""));
    CHECK(is_refused<numeric>(wire({1, 0, 0, 0, 10'000})));
    CHECK(is_refused<numeric>(wire({1, 0, 0, 0, 0xffff})));
    CHECK(is_refused<numeric>(wire({0xffff, 0, 0, 0, 1})));
    CHECK(is_refused<numeric>(wire({1, 0, 0x1234, 0, 1})));
    CHECK(is_refused<numeric>(wire({1, 0, 0xc000, 0, 1})));
    CHECK(is_refused<numeric>(wire({1, 0, 0, 0x4000, 1})));
    CHECK(is_refused<numeric>(wire({0, 0, 0, 0, 1})));
  }

  TEST_CASE("extremes and random numbers come back from their text and their bytes") {
    const std::string largest = std::string(131'072, '9') + "." + std::string(16'383, '9');
    for (const std::string& text :
         {std::string("0"), std::string("0.000"), std::string("1e131071"), std::string("1e-16383"),
          std::string("NaN"), std::string("Infinity"), std::string("-Infinity"), "-" + largest}) {
      check_form(numeric(text));
    }
    std::mt19937_64 random(weir::test::seed());
    for (int i = 0; i < 300; ++i) {
      const std::string text = random_text(random);
      CHECK(shown(text) == text);
      const numeric value(text);
      check_form(value);
      CHECK(decoded<numeric>(encoded(value)).to_string() == text);
      CHECK(value.to_double() == std::stod(text));
      check_spoiled(value, random);
    }
  }
}

}  // namespace
}  // namespace weir::postgres::detail
