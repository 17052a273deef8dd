// SPDX-License-Identifier: Apache-2.0
#include "weir/service/cron.hpp"

#include <doctest/doctest.h>

#include "weir/error.hpp"

TEST_SUITE_BEGIN("service.cron");

using weir::cron;

namespace {

std::string next(std::string_view text, std::string_view after) {
  return weir::to_rfc3339(cron(text).next(*weir::parse_rfc3339(after)));
}

}  // namespace

TEST_CASE("the next minute is the first that fits, after the time") {
  CHECK(next("* * * * *", "2026-11-22T10:00:00Z") == "2026-11-22T10:01:00Z");
  CHECK(next("* * * * *", "2026-11-22T10:00:59.999999Z") == "2026-11-22T10:01:00Z");
  CHECK(next("30 3 * * *", "2026-11-22T03:29:00Z") == "2026-11-22T03:30:00Z");
  CHECK(next("30 3 * * *", "2026-11-22T03:30:00Z") == "2026-11-23T03:30:00Z");
  CHECK(next("0 0 1 1 *", "2026-01-01T00:00:00Z") == "2027-01-01T00:00:00Z");
  CHECK(next("*/15 8-18 * * 1-5", "2026-11-20T18:45:00Z") == "2026-11-23T08:00:00Z");
  CHECK(next("5/20 * * * *", "2026-11-22T10:06:00Z") == "2026-11-22T10:25:00Z");
  CHECK(next("1,15,20-25/2 * * * *", "2026-11-22T10:22:00Z") == "2026-11-22T10:24:00Z");
  CHECK(next("0 12 29 2 *", "2026-11-22T10:22:00Z") == "2028-02-29T12:00:00Z");
  CHECK(next("0 12 29 2 *", "2096-03-01T00:00:00Z") == "2104-02-29T12:00:00Z");
  CHECK(next("0 12 31 * *", "2026-11-22T10:22:00Z") == "2026-12-31T12:00:00Z");
}

TEST_CASE("days of the month and of the week: either, where both are given; 0 and 7 are Sunday") {
  CHECK(next("0 0 * * 0", "2026-11-20T00:00:00Z") == "2026-11-22T00:00:00Z");
  CHECK(next("0 0 * * 7", "2026-11-20T00:00:00Z") == "2026-11-22T00:00:00Z");
  CHECK(next("0 0 13 * 5", "2026-11-20T12:00:00Z") == "2026-11-27T00:00:00Z");
  CHECK(next("0 0 25 * 5", "2026-11-20T12:00:00Z") == "2026-11-25T00:00:00Z");
}

TEST_CASE("what is no time of cron is refused with its field") {
  const auto refused = [](std::string_view text) {
    try {
      cron made(text);
    } catch (const weir::error& failure) {
      return failure.message();
    }
    return std::string("taken");
  };
  CHECK(refused("").find("fewer than five fields") != std::string::npos);
  CHECK(refused("* * * *").find("fewer than five fields") != std::string::npos);
  CHECK(refused("* * * * * *").find("more than five fields") != std::string::npos);
  CHECK(refused("60 * * * *").find("minute is numbers from 0 to 59") != std::string::npos);
  CHECK(refused("* 24 * * *").find("hour is") != std::string::npos);
  CHECK(refused("* * 0 * *").find("day of the month is") != std::string::npos);
  CHECK(refused("* * * 13 *").find("month is") != std::string::npos);
  CHECK(refused("* * * * 8").find("day of the week is") != std::string::npos);
  CHECK(refused("5-3 * * * *").find("minute is") != std::string::npos);
  CHECK(refused("*/0 * * * *").find("minute is") != std::string::npos);
  CHECK(refused("1, * * * *").find("minute is") != std::string::npos);
  CHECK(refused("1x * * * *").find("minute is") != std::string::npos);
  CHECK(refused("-1 * * * *").find("minute is") != std::string::npos);
  CHECK(refused("99999999999999999999 * * * *").find("minute is") != std::string::npos);
  CHECK(refused("0 0 30 2 *").find("no day of any year") != std::string::npos);
}

TEST_SUITE_END();
