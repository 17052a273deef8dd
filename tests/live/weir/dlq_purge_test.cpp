// SPDX-License-Identifier: Apache-2.0
#include "dlq/purge.hpp"

#include "fixture.hpp"

TEST_SUITE_BEGIN("weir.dlq_purge");

using namespace weir;
using namespace weir::test;
using dlq::purge_options;
using sequences = std::vector<std::uint64_t>;

namespace {

struct purged {
  dlq::purge_outcome outcome;
  std::string text;
};

task<purged> purge(post_office& in, purge_options wanted) {
  std::ostringstream out;
  purged done;
  done.outcome = co_await dlq::purge(in.js(), std::move(wanted), out);
  done.text = out.str();
  co_return done;
}

/// Letters 1 to 4, of which the even ones are late.
task<> write_four(post_office& in) {
  for (const char* const cause : {"no customer 7", "late", "no customer 8", "late"}) {
    hand_written letter;
    letter.cause = cause;
    co_await in.write(letter);
  }
}

task<> deletes_all(post_office& in) {
  co_await write_four(in);
  const auto done = co_await purge(in, purge_options());
  CHECK(done.outcome.deleted == 4);
  CHECK(contains(done.text, "4 deleted"));
  const auto left = co_await in.count("DLQ_ORDERS");
  CHECK(left == 0);
  const auto again = co_await purge(in, purge_options());
  CHECK(again.outcome.selected == 0);
  CHECK(contains(again.text, "0 deleted"));
}

task<> deletes_the_old(post_office& in) {
  co_await write_four(in);
  const auto third = co_await in.js().get_message("DLQ_ORDERS", 3);
  purge_options wanted;
  wanted.only.before = third.time;
  const auto done = co_await purge(in, wanted);
  CHECK(done.outcome.deleted == done.outcome.selected);
  const auto left = co_await in.sequences("DLQ_ORDERS");
  CHECK(left == sequences{3, 4});
}

task<> deletes_what_fits(post_office& in) {
  co_await write_four(in);
  purge_options wanted;
  wanted.only.cause = "LATE";
  const auto done = co_await purge(in, wanted);
  CHECK(done.outcome.deleted == 2);
  const auto left = co_await in.sequences("DLQ_ORDERS");
  CHECK(left == sequences{1, 3});
}

task<> spares_the_living(post_office& in) {
  co_await in.publish("dlq.orders", "no dead letter");
  co_await write_four(in);
  const auto done = co_await purge(in, purge_options());
  CHECK(done.outcome.deleted == 4);
  const auto left = co_await in.sequences("DLQ_ORDERS");
  CHECK(left == sequences{1});
  purge_options named;
  named.sequences = {1};
  const auto failure = co_await error_of(purge(in, named));
  CHECK(failure.is(errc::invalid_input));
  CHECK(contains(failure.message(), "DLQ_ORDERS:1 is no dead letter"));
}

task<> deletes_named(post_office& in) {
  co_await write_four(in);
  purge_options wanted;
  wanted.sequences = {3, 9, 1};
  const auto done = co_await purge(in, wanted);
  CHECK(done.outcome.deleted == 2);
  CHECK(contains(done.text, "DLQ_ORDERS:9 is not there"));
  const auto left = co_await in.sequences("DLQ_ORDERS");
  CHECK(left == sequences{2, 4});
}

task<> asks_first(post_office& in) {
  co_await write_four(in);
  std::string asked;
  purge_options wanted;
  wanted.ask = [&asked](const std::string& question) {
    asked = question;
    return false;
  };
  const auto declined = co_await purge(in, wanted);
  CHECK(asked == "Delete 4 dead letters of DLQ_ORDERS for good?");
  CHECK(declined.outcome.was_declined);
  CHECK(contains(declined.text, "no customer 7"));
  CHECK(contains(declined.text, "nothing was deleted"));
  const auto all = co_await in.count("DLQ_ORDERS");
  CHECK(all == 4);
  wanted.ask = [](const std::string&) { return true; };
  const auto agreed = co_await purge(in, wanted);
  CHECK(agreed.outcome.deleted == 4);
}

task<> only_says(post_office& in) {
  for (int at = 0; at < 25; ++at) co_await in.write();
  purge_options wanted;
  wanted.dry_run = true;
  const auto done = co_await purge(in, wanted);
  CHECK(contains(done.text, "... and 5 more\n25 would be deleted\n"));
  const auto all = co_await in.count("DLQ_ORDERS");
  CHECK(all == 25);
}

}  // namespace

TEST_CASE("a purge of all leaves none") { post_office::open(deletes_all); }
TEST_CASE("a purge of what is older leaves what is not") { post_office::open(deletes_the_old); }
TEST_CASE("a purge by cause leaves the letters between") { post_office::open(deletes_what_fits); }
TEST_CASE("a purge leaves messages that are no dead letters") {
  post_office::open(spares_the_living);
}
TEST_CASE("a purge of numbers says which are not there") { post_office::open(deletes_named); }
TEST_CASE("a purge shows and asks before it deletes") { post_office::open(asks_first); }
TEST_CASE("a dry purge says what it would delete") { post_office::open(only_says); }
