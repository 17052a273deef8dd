// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/range.hpp"

#include <limits>

#include "value.hpp"
#include "weir/postgres/detail/range_codec.hpp"

namespace weir::postgres::detail {
namespace {

using std::chrono::microseconds;
using std::chrono::year;
using seats = range<std::int32_t>;
using seat_bound = range_bound<std::int32_t>;
using amounts = range<numeric>;
using days = range<date>;
using local_times = range<local_timestamp>;
using times = range<timestamp>;
using limits = std::numeric_limits<std::int64_t>;

/// Every kind of range between two values, of which `low` is the smaller.
template <class T>
std::vector<range<T>> kinds(const T& low, const T& high) {
  using bound = range_bound<T>;
  return {range<T>(),
          range<T>::everything(),
          range<T>::from(low),
          range<T>::until(high),
          range<T>(low, high),
          range<T>::closed(low, high),
          range<T>::closed(low, low),
          range<T>(bound::exclusive(low), bound::inclusive(high)),
          range<T>(bound::exclusive(low), bound::exclusive(high)),
          range<T>(bound::exclusive(low), bound::unbounded()),
          range<T>(bound::unbounded(), bound::inclusive(high))};
}

template <class T>
void check_kinds(const T& low, const T& high, std::mt19937_64& random) {
  for (const range<T>& value : kinds(low, high)) {
    check_form(value);
    check_spoiled(value, random);
  }
}

std::string wire(std::string_view hex_pairs) {
  std::string bytes;
  for (std::size_t at = 0; at < hex_pairs.size(); at += 2) {
    bytes.push_back(
        static_cast<char>(std::stoi(std::string(hex_pairs.substr(at, 2)), nullptr, 16)));
  }
  return bytes;
}

TEST_SUITE("postgres.range") {
  TEST_CASE("a range that ends before it begins is refused") {
    CHECK(is_wrong_argument([] { return seats(2, 1); }));
    CHECK(is_wrong_argument([] { return amounts::closed(numeric::nan(), numeric(1)); }));
    CHECK(
        is_refused<seats>(wire("02000000040000000200000004"
                               "00000001")));
  }

  TEST_CASE("a range without a value is the empty one") {
    CHECK(seats().is_empty());
    CHECK(seats(1, 1) == seats());
    CHECK(seats(seat_bound::exclusive(1), seat_bound::inclusive(1)) == seats());
    CHECK_FALSE(seats::closed(1, 1).is_empty());
    CHECK_FALSE(seats::everything().is_empty());
    CHECK(decoded<seats>(wire("0200000004000000010000000400000001")) == seats());
    CHECK(decoded<seats>(wire("01")) == seats());
  }

  TEST_CASE("a range contains what lies between its bounds, and of these what belongs to it") {
    CHECK_FALSE(seats().contains(0));
    CHECK(seats::everything().contains(0));
    CHECK(seats(1, 3).contains(1));
    CHECK_FALSE(seats(1, 3).contains(3));
    CHECK(seats::closed(1, 3).contains(3));
    CHECK_FALSE(seats::closed(1, 3).contains(4));
    CHECK_FALSE(seats::closed(1, 3).contains(0));
    CHECK_FALSE(seats(seat_bound::exclusive(1), seat_bound::exclusive(3)).contains(1));
    CHECK(seats::from(1).contains(2));
    CHECK_FALSE(seats::from(1).contains(0));
    CHECK(seats::until(1).contains(0));
    CHECK_FALSE(seats::until(1).contains(1));
    CHECK(amounts(numeric(1), numeric(2)).contains(numeric("1.99")));
  }

  TEST_CASE("ranges are equal when their bounds are") {
    CHECK(seats(1, 3) == seats(1, 3));
    CHECK(seats(1, 3) != seats::closed(1, 2));
    CHECK(seats::from(1) != seats(1, 3));
    CHECK(seats() != seats::everything());
    CHECK(amounts(numeric("1.0"), numeric(2)) == amounts(numeric(1), numeric("2.00")));
    CHECK(seats(seat_bound::unbounded(), {std::nullopt, true}) == seats::everything());
  }

  TEST_CASE("a range is printed as the server prints it") {
    CHECK(seats().to_string() == "empty");
    CHECK(seats(-1, 10).to_string() == "[-1,10)");
    CHECK(seats::everything().to_string() == "(,)");
    CHECK(seats::from(1).to_string() == "[1,)");
    CHECK(amounts::closed(numeric("1.50"), numeric::infinity()).to_string() == "[1.50,Infinity]");
    CHECK(days::until(year(2026) / 1 / 31).to_string() == "(,2026-01-31)");
    CHECK(days::from(date::first()).to_string() == "[\"4714-11-24 BC\",)");
    CHECK(local_times::from(local_timestamp()).to_string() == "[\"1970-01-01 00:00:00\",)");
    CHECK(times(timestamp(), timestamp::max()).to_string() ==
          "[\"1970-01-01 00:00:00+00\",infinity)");
    CHECK(times::from(*parse_rfc3339("0000-12-31T00:00:00Z")).to_string() ==
          "[\"0001-12-31 00:00:00+00 BC\",)");
  }

  TEST_CASE("the binary form is the server's") {
    CHECK(encoded(seats()) == wire("01"));
    CHECK(encoded(seats::everything()) == wire("18"));
    CHECK(encoded(seats(1, 3)) == wire("0200000004000000010000000400000003"));
    CHECK(encoded(seats::until(3)) == wire("080000000400000003"));
    CHECK(decoded<seats>(wire("1e")) == seats::everything());
  }

  TEST_CASE("bytes that are no range are refused") {
    CHECK(is_refused<seats>(""));
    CHECK(is_refused<seats>(wire("20")));
    CHECK(is_refused<seats>(wire("0100")));
    CHECK(
        is_refused<seats>(wire("10"
                               "ffffffff"
                               "00000001")));
    CHECK(
        is_refused<seats>(wire("10"
                               "00000003"
                               "000001")));
    CHECK(
        is_refused<seats>(wire("10"
                               "00000004"
                               "000001")));
    CHECK(
        is_refused<amounts>(wire("10"
                                 "00000000")));
  }

  TEST_CASE("ranges of every type come back from their bytes") {
    std::mt19937_64 random(weir::test::seed());
    check_kinds<std::int32_t>(-5, 1'000'000, random);
    check_kinds<std::int64_t>(limits::min(), limits::max(), random);
    check_kinds(numeric("-1e100"), numeric("0.00001"), random);
    check_kinds(date::minus_infinity(), date::last(), random);
    check_kinds(local_timestamp::first(), local_timestamp::infinity(), random);
    check_kinds(timestamp(microseconds(-1)), timestamp(microseconds(1)), random);
  }
}

}  // namespace
}  // namespace weir::postgres::detail
