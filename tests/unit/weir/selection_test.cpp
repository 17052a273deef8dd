// SPDX-License-Identifier: Apache-2.0
#include "dlq/selection.hpp"

#include <doctest/doctest.h>

#include "age.hpp"
#include "dlq/summary.hpp"

TEST_SUITE_BEGIN("weir.selection");

using namespace weir;
using namespace std::chrono_literals;
using dlq::cause_pattern;
using dlq::fits_subject;
using dlq::selection;

namespace {

dlq::letter letter_with(std::string cause, std::string subject = "orders.created") {
  dlq::letter made;
  made.cause = std::move(cause);
  made.subject = std::move(subject);
  return made;
}

bool fits(std::string cause, const dlq::letter& candidate) {
  selection only;
  only.cause = std::move(cause);
  return only.fits(candidate);
}

}  // namespace

TEST_CASE("a subject fits its pattern token by token") {
  CHECK(fits_subject("orders.created", "orders.created"));
  CHECK(fits_subject("orders.*", "orders.created"));
  CHECK(fits_subject("*.created", "orders.created"));
  CHECK(fits_subject(">", "orders.created"));
  CHECK(fits_subject("orders.>", "orders.created.eu"));

  CHECK_FALSE(fits_subject("orders.created", "orders.paid"));
  CHECK_FALSE(fits_subject("orders", "orders.created"));
  CHECK_FALSE(fits_subject("orders.created", "orders"));
  CHECK_FALSE(fits_subject("orders.>", "orders"));
  CHECK_FALSE(fits_subject("orders.*", "orders.created.eu"));
  CHECK_FALSE(fits_subject(">.created", "orders.created"));
  CHECK_FALSE(fits_subject("order*", "orders"));
}

TEST_CASE("a cause is found by any part of it, in either case of letters") {
  const auto one = letter_with("Duplicate key: order 4711 is there");
  CHECK(fits("", one));
  CHECK(fits("duplicate KEY", one));
  CHECK(fits("4711", one));
  CHECK_FALSE(fits("4712", one));
  CHECK_FALSE(fits("duplicate key: order 4711 is there already", one));
}

TEST_CASE("a cause is found by the line that the summary prints for it") {
  CHECK(fits("order # is there", letter_with("order 4711 is there")));
  CHECK_FALSE(fits("order # is gone", letter_with("order 4711 is there")));
}

TEST_CASE("causes that differ in numbers and ids alone have one pattern") {
  CHECK(cause_pattern("order 12 of 01890a5d-ac96-774b-bcce-b302099a8057") == "order # of #");
  CHECK(cause_pattern("(id)=(77)") == "(id)=(#)");
  CHECK(cause_pattern("x") == "x");
  CHECK(cause_pattern("") == "");
}

TEST_CASE("a letter fits when every part of the selection does") {
  selection only;
  only.subject = "orders.*";
  only.cause = "late";
  only.before = timestamp(100s);
  auto one = letter_with("too late");
  one.at.stored_at = timestamp(99s);
  CHECK(only.fits(one));
  one.at.stored_at = timestamp(100s);
  CHECK_FALSE(only.fits(one));
  CHECK_FALSE(only.fits(letter_with("too late", "payments.taken")));
  CHECK_FALSE(only.fits(letter_with("too early")));
}

TEST_CASE("an age is a whole number with its unit") {
  CHECK(tools::parse_age("90s") == 90s);
  CHECK(tools::parse_age("15m") == 15min);
  CHECK(tools::parse_age("12h") == 12h);
  CHECK(tools::parse_age("7d") == std::chrono::days(7));
  CHECK(tools::parse_age("2w") == std::chrono::weeks(2));
  for (const char* const wrong :
       {"", "7", "d", "0d", "-1d", "1.5h", "7 d", "7y", "99999999999999999999s", "600w"}) {
    INFO(std::string(wrong));
    CHECK_FALSE(tools::parse_age(wrong).has_value());
  }
}

TEST_CASE("a summary counts letters by cause, and knows the first and the last") {
  dlq::cause_summary summary;
  auto one = letter_with("no customer 1");
  one.at.stored_at = timestamp(1s);
  summary.add(one);
  one = letter_with("no customer 2", "orders.paid");
  one.at.stored_at = timestamp(2s);
  one.at.sequence = 8;
  summary.add(one);
  summary.add(letter_with("late"));

  REQUIRE(summary.groups().size() == 2);
  const auto& group = summary.groups().at("no customer #");
  CHECK(group.count == 2);
  CHECK(group.first == timestamp(1s));
  CHECK(group.last == timestamp(2s));
  CHECK(group.last_sequence == 8);
  CHECK(group.subject == "several");
}

TEST_CASE("a summary of more causes than it keeps counts the rest together") {
  dlq::cause_summary summary;
  const std::size_t all = dlq::cause_summary::causes_max + 10;
  for (std::size_t at = 0; at < all; ++at) {
    summary.add(letter_with(std::string(at + 1, 'x')));
  }
  CHECK(summary.groups().size() == dlq::cause_summary::causes_max + 1);
  CHECK(summary.groups().at(dlq::cause_summary::other_causes).count == 10);
}
