// SPDX-License-Identifier: Apache-2.0
// The time of a bench: it stands still while anything works, and passes when it is told to.
#include <doctest/doctest.h>

#include <utility>

#include "parcel_handlers.hpp"
#include "weir/blocking.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("testing.service_time");

namespace {

constexpr auto read_times = weir::stmt<"select stored_at from parcels order by stored_at">;
constexpr auto lock_shelf = weir::stmt<"select pg_advisory_xact_lock($1)">;
constexpr auto count_slowly = weir::stmt<"select count(*) from generate_series(1, 300000)">;
constexpr auto note_night = weir::stmt<"insert into nights (due) values ($1)">;
constexpr auto remember_much = weir::stmt<
    "insert into weir_inbox select 'PARCELS/parcels', 'old-' || number, "
    "now() - interval '2 hours' from generate_series(1, 200000) as number">;
constexpr auto read_nights = weir::stmt<"select due from nights order by due">;

weir::task<> close_day(weir::tx& db, const weir::tick& now) {
  co_await db.exec(note_night, now.due);
}

}  // namespace

TEST_CASE("hours of back-off pass at once, and each attempt has its hour") {
  weir::test::service bench(with<one_by_one>(policy()));
  story.failures = 3;
  bench.deliver(Parcel{1, "a"});

  bench.run_until_idle();
  CHECK(story.tried == spans{0s});
  CHECK(bench.unsettled() == 1);
  bench.advance(59min);
  CHECK(story.tried == spans{0s});
  bench.advance(1min);
  CHECK(story.tried == spans{0s, 1h});
  bench.advance(10h);
  CHECK(story.tried == spans{0s, 1h, 3h, 7h});

  CHECK(bench.rows("parcels") == 1);
  CHECK(bench.unsettled() == 0);
  CHECK(bench.now() == weir::timestamp(std::chrono::sys_days(2000y / 1 / 1) + 11h));
}

TEST_CASE("a schedule fires when its time comes, once") {
  weir::service app("parcels-test");
  app.migrations(BENCH_MIGRATIONS)
      .scheduled<close_day>(weir::schedule("close-day").at(weir::cron("0 3 * * *")));
  weir::test::service bench(app);
  const auto day = std::chrono::sys_days(2000y / 1 / 1);
  bench.advance(2h + 59min + 59s);
  CHECK(bench.rows("nights") == 0);
  bench.advance(1s);
  CHECK(bench.rows("nights") == 1);
  bench.advance(24h);
  CHECK(bench.query<weir::timestamp>(read_nights) ==
        std::vector<weir::timestamp>{day + 3h, day + 27h});
}

namespace {

weir::task<> remind_tomorrow(Parcel parcel, weir::unit& db) {
  co_await db.exec(store, parcel.id);
  db.publish_after(24h, Receipt{parcel.id});
}

}  // namespace

TEST_CASE("what was handled is forgotten after its time, and not before") {
  weir::test::service bench(with<one_by_one>(policy().once(1h)));
  // More than is looked at in one go.
  bench.exec(remember_much);
  const std::int64_t much = bench.rows("weir_inbox");
  CHECK(much == 200'000);
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  bench.advance(20min);
  CHECK(bench.rows("weir_inbox") == 1);
  bench.advance(39min);
  CHECK(bench.rows("weir_inbox") == 1);
  bench.advance(16min);
  CHECK(bench.rows("weir_inbox") == 0);
}

TEST_CASE("an event that waits for its time is published then, over a restart, and once") {
  weir::test::service bench(with<remind_tomorrow>(policy()));
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  bench.advance(23h);
  CHECK(receipts(bench).empty());
  bench.restart();
  bench.advance(59min);
  CHECK(receipts(bench).empty());
  bench.advance(1min + 2s);
  CHECK(receipts(bench) == ids{1});
  bench.advance(48h);
  CHECK(receipts(bench) == ids{1});
  CHECK(bench.rows("weir_delayed") == 0);
}

namespace {

weir::test::service* of_the_outage = nullptr;

weir::task<> publish_into_an_outage(weir::tx& db, const weir::tick&) {
  of_the_outage->nats().stop();
  db.publish(Receipt{1});
  co_return;
}

}  // namespace

TEST_CASE("an event that could not be sent is swept up when its server is back") {
  weir::service app("parcels-test");
  app.migrations(BENCH_MIGRATIONS)
      .scheduled<publish_into_an_outage>(weir::schedule("once").at(weir::cron("0 3 * * *")));
  weir::test::service bench(app);
  of_the_outage = &bench;
  bench.advance(3h + 1min);
  CHECK(receipts(bench).empty());
  CHECK(bench.rows("weir_outbox") == 1);
  bench.nats().start();
  bench.advance(15s);
  CHECK(receipts(bench) == ids{1});
  CHECK(bench.rows("weir_outbox") == 0);
}

TEST_CASE("a breaker opens, and lets one through when its time is over") {
  std::vector<std::pair<weir::breaker_state, weir::duration>> changes;
  weir::time_point begun = {};
  weir::breaker_options options;
  options.consecutive_failures = 2;
  options.open_for = weir::fixed(30s);
  options.on_change = [&](const weir::breaker_change& change) {
    const auto now = weir::loop::current().now();
    if (changes.empty()) begun = now;
    changes.emplace_back(change.to, now - begun);
  };
  weir::test::service bench(
      with<one_by_one>(policy().workers(1).retry(5, weir::fixed(1ms)).breaker(options)));
  story.failures = 2;
  bench.deliver(Parcel{1, "a"});
  bench.deliver(Parcel{2, "a"});
  bench.advance(29s);
  CHECK(bench.rows("parcels") == 0);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].first == weir::breaker_state::open);
  bench.advance(2s);
  REQUIRE(changes.size() == 3);
  CHECK(changes[1] == std::pair(weir::breaker_state::half_open, weir::duration(30s)));
  CHECK(changes[2].first == weir::breaker_state::closed);
  CHECK(bench.rows("parcels") == 2);
}

TEST_CASE("the database has the time of the bench") {
  weir::test::service bench(with<one_by_one>(policy().once(1h)));
  const auto begun = bench.now();
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  bench.advance(40min);
  bench.deliver(Parcel{2, "a"});
  bench.run_until_idle();
  CHECK(bench.query<weir::timestamp>(read_times) ==
        std::vector<weir::timestamp>{begun, begun + 40min});
  CHECK(bench.rows("weir_inbox") == 2);
  bench.advance(21min);
  CHECK(bench.rows("weir_inbox") == 1);  // What is older than an hour is forgotten.
  bench.advance(40min);
  CHECK(bench.rows("weir_inbox") == 0);
}

namespace {

weir::task<> slowly(Parcel parcel, weir::tx& db) {
  const auto counted = co_await db.one<std::int64_t>(count_slowly);
  CHECK(counted == 300000);
  co_await db.exec(store, parcel.id);
}

}  // namespace

TEST_CASE("time stands still while PostgreSQL works, so no deadline passes") {
  weir::test::service bench(with<slowly>(policy().deadline(1us)));
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  CHECK(bench.rows("parcels") == 1);
  CHECK(bench.now() == weir::timestamp(std::chrono::sys_days(2000y / 1 / 1)));
}

namespace {

weir::task<> on_a_thread(Parcel parcel, weir::tx& db) {
  // Long enough for a bench that does not know of the thread to be done.
  const auto work = [] {
    std::uint64_t sum = 0;
    for (std::uint64_t number = 0; number < 3'000'000; ++number) sum ^= number * number;
    return sum;
  };
  const auto parity = static_cast<std::int64_t>(co_await weir::blocking(work) % 2);
  co_await db.exec(store, parity);
  db.publish(Receipt{parcel.id});
}

weir::task<> under_a_lock(Parcel parcel, weir::tx& db) {
  co_await db.exec(lock_shelf, std::int64_t{7});
  note_attempt(parcel.id);
  if (story.order.size() == 1) co_await weir::sleep(5s);
  co_await db.exec(store, parcel.id);
}

int holders = 0;
weir::manual_reset_event both_hold_one;

weir::task<> under_two_locks(Parcel parcel, weir::tx& db) {
  note_attempt(parcel.id);
  co_await db.exec(lock_shelf, parcel.id);
  if (++holders == 2) both_hold_one.set();
  co_await both_hold_one.wait();
  co_await db.exec(lock_shelf, 3 - parcel.id);
  co_await db.exec(store, parcel.id);
}

}  // namespace

TEST_CASE("time stands still while a helper thread works") {
  weir::test::service bench(with<on_a_thread>(policy().deadline(1us)));
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  CHECK(receipts(bench) == ids{1});
}

TEST_CASE("time passes for a handler whose lock is all that others wait for") {
  weir::test::service bench(with<under_a_lock>(policy()));
  bench.deliver(Parcel{1, "a"});
  bench.deliver(Parcel{2, "a"});
  bench.run_until_idle();
  CHECK(story.order.size() == 1);
  bench.advance(4s);
  CHECK(bench.unsettled() == 2);
  bench.advance(1s);
  CHECK(story.order.size() == 2);
  CHECK(bench.rows("parcels") == 2);
  CHECK(bench.unsettled() == 0);
}

TEST_CASE("a deadlock in the database is found there, and not by a deadline") {
  holders = 0;
  both_hold_one.reset();
  weir::test::service bench(with<under_two_locks>(policy()));
  bench.deliver(Parcel{1, "a"});
  bench.deliver(Parcel{2, "a"});
  bench.advance(1s);  // The pause before it is tried again.
  CHECK(story.order.size() == 3);
  CHECK(bench.rows("parcels") == 2);
  CHECK(bench.unsettled() == 0);
}

TEST_CASE("two runs are the same, jitter included") {
  std::vector<spans> seen;
  for (const std::uint64_t seed : {1, 1, 2}) {
    const auto waits = weir::exponential(1min, 10min).full_jitter();
    weir::test::service bench(with<one_by_one>(policy().retry(5, waits)), {.seed = seed});
    story.failures = 4;
    bench.deliver(Parcel{1, "a"});
    bench.advance(1h);
    CHECK(bench.rows("parcels") == 1);
    seen.push_back(story.tried);
  }
  CHECK(seen[0] == seen[1]);
  CHECK(seen[0] != seen[2]);
}

TEST_SUITE_END();
