// SPDX-License-Identifier: Apache-2.0
// The bench for users' handlers: what it shows is what happened.
#include <doctest/doctest.h>

#include <signal.h>

#include <algorithm>

#include "parcel_handlers.hpp"

TEST_SUITE_BEGIN("testing.service");

namespace {

constexpr auto read_ids = weir::stmt<"select id from parcels order by stored_at, id">;

}  // namespace

TEST_CASE("a handler of each form stores and publishes what is delivered") {
  weir::service app("parcels-test");
  SUBCASE("in a transaction of its own") { app = with<one_by_one>(policy()); }
  SUBCASE("in a group commit") { app = with<together>(policy()); }
  SUBCASE("in batches") { app = with<in_batches>(policy()); }
  weir::test::service bench(app);

  bench.deliver(Parcel{1, "a"});
  bench.deliver(Parcel{2, "b"});
  CHECK(bench.unsettled() == 2);
  CHECK(receipts(bench).empty());
  bench.run_until_idle();

  ids published = receipts(bench);
  std::ranges::sort(published);  // Two transactions beside each other.
  CHECK(published == ids{1, 2});
  CHECK(bench.rows("parcels") == 2);
  CHECK(bench.unsettled() == 0);
  CHECK(bench.dead_letters().empty());
  CHECK(bench.published<Parcel>().empty());
}

TEST_CASE("a service without a database is given none") {
  story = {};
  weir::service app("parcels-test");
  app.on<without_database>(policy());
  weir::test::service bench(app);
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  CHECK(receipts(bench) == ids{1});
  CHECK_THROWS_WITH_AS(bench.rows("parcels"), doctest::Contains("has no database"), weir::error);
}

TEST_CASE("a parcel that comes twice is stored once, within the stream's memory and beyond") {
  weir::test::service bench(with<one_by_one>(policy()));
  const auto first = bench.deliver(Parcel{1, "a"}, {.msg_id = "7"});
  CHECK(bench.deliver(Parcel{1, "a"}, {.msg_id = "7"}) == first);
  bench.run_until_idle();
  bench.advance(5min);
  CHECK(bench.deliver(Parcel{1, "a"}, {.msg_id = "7"}) == first + 1);
  bench.run_until_idle();
  CHECK(bench.rows("parcels") == 1);
  CHECK(receipts(bench) == ids{1});
  CHECK(bench.unsettled() == 0);
}

TEST_CASE("what fails too often is a dead letter with its cause") {
  weir::test::service bench(with<one_by_one>(policy()));
  story.failures = 4;
  const auto sequence = bench.deliver(Parcel{1, "a"}, {.msg_id = "7"});
  bench.deliver_raw("parcels.sent", "no parcel");
  bench.advance(24h);

  const auto letters = bench.dead_letters();
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].body == "no parcel");
  CHECK(letters[0].disposition == "poison");
  CHECK(letters[1].subject == "parcels.sent");
  CHECK(letters[1].stream == "PARCELS");
  CHECK(letters[1].sequence == sequence);
  CHECK(letters[1].id == "7");
  CHECK(letters[1].consumer == "parcels");
  CHECK(letters[1].cause == "the shelf is full");
  CHECK(letters[1].disposition == "retry");
  CHECK(letters[1].attempts == 4);
  CHECK(bench.rows("parcels") == 0);
  CHECK(bench.unsettled() == 0);
}

TEST_CASE("a lost acknowledgement brings the message again, and its effects are there once") {
  weir::service app("parcels-test");
  SUBCASE("in a transaction of its own") { app = with<one_by_one>(policy()); }
  SUBCASE("in a group commit") { app = with<together>(policy()); }
  SUBCASE("in batches") { app = with<in_batches>(policy()); }
  weir::test::service bench(app);
  bench.nats().lose_acks(1);
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  CHECK(bench.unsettled() == 1);
  bench.advance(29s);
  CHECK(bench.unsettled() == 1);
  bench.advance(2s);
  CHECK(bench.unsettled() == 0);
  CHECK(bench.rows("parcels") == 1);
  CHECK(receipts(bench) == ids{1});
}

TEST_CASE("an event whose confirmation is lost is in its stream once") {
  weir::test::service bench(with<one_by_one>(policy()));
  bench.nats().lose_confirmations(1);
  bench.deliver(Parcel{1, "a"});
  bench.advance(1min);
  CHECK(receipts(bench) == ids{1});
  CHECK(bench.rows("weir_outbox") == 0);
}

TEST_CASE("the service that is started again remembers what the one before it has handled") {
  weir::test::service bench(with<one_by_one>(policy()));
  bench.deliver(Parcel{1, "a"}, {.msg_id = "7"});
  bench.run_until_idle();
  bench.drain();
  bench.advance(5min);
  bench.deliver(Parcel{1, "a"}, {.msg_id = "7"});
  bench.deliver(Parcel{2, "a"});
  bench.run_until_idle();
  CHECK(bench.unsettled() == 2);  // Nobody is there to handle them.
  bench.restart();
  bench.run_until_idle();
  CHECK(bench.query<std::int64_t>(read_ids) == ids{1, 2});
  CHECK(receipts(bench) == ids{1, 2});
  CHECK(bench.unsettled() == 0);
}

TEST_CASE("parcels of one shelf keep their order while the first is tried again") {
  weir::test::service bench(with<one_by_one>(policy().ordered_by<&Parcel::shelf>()));
  story.failures = 1;
  bench.deliver(Parcel{1, "a"});
  bench.deliver(Parcel{2, "a"});
  bench.deliver(Parcel{3, "b"});
  bench.run_until_idle();
  CHECK(receipts(bench) == ids{3});
  bench.advance(1h);
  CHECK(story.order == ids{1, 3, 1, 2});
  CHECK(receipts(bench) == ids{3, 1, 2});
}

TEST_CASE("the signals of the test program stay its own") {
  weir::test::service bench(with<one_by_one>(policy()));
  sigset_t blocked;
  REQUIRE(pthread_sigmask(SIG_BLOCK, nullptr, &blocked) == 0);
  for (const int one : {SIGTERM, SIGINT, SIGUSR1}) CHECK(sigismember(&blocked, one) == 0);
}

TEST_CASE("a bench sees nothing of the one before it") {
  for (int round = 0; round < 2; ++round) {
    weir::test::service bench(with<one_by_one>(policy()));
    CHECK(bench.rows("parcels") == 0);
    CHECK(bench.rows("weir_inbox") == 0);
    CHECK(bench.now() == weir::timestamp(std::chrono::sys_days(2000y / 1 / 1)));
    bench.deliver(Parcel{1, "a"}, {.msg_id = "7"});
    bench.run_until_idle();
    CHECK(bench.rows("parcels") == 1);
    CHECK(receipts(bench) == ids{1});
  }
}

TEST_SUITE_END();
