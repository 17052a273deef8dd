// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using postgres::statement_kind;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;

constexpr auto take_lock = stmt<"select pg_advisory_xact_lock(11)">;
constexpr auto wait_for_lock = stmt<"select pg_advisory_xact_lock(11)::text", statement_kind::read>;
constexpr auto one = stmt<"select 1", statement_kind::read>;
constexpr auto lock_is_awaited =
    "select exists (select from pg_locks where locktype = 'advisory' and not granted)";

task<> until_lock_is_awaited(bool is) {
  while ((run_elsewhere(lock_is_awaited) == "t") != is) co_await yield();
}

task<> note_slow(pool& db, bool& has_answer) {
  co_await db.one<std::string>(wait_for_lock);
  has_answer = true;
}

task<> note_one(pool& db, std::size_t& right) {
  const auto got = co_await db.one<std::int32_t>(one);
  if (got == 1) ++right;
}

task<> note_refusal(pool& db, std::size_t& refused) {
  const auto got = co_await db.one<std::int32_t>(one).as_result();
  if (!got && got.error().is(errc::unavailable)) ++refused;
}

/// Runs `body(pool&, transaction&)`, on a pool of so many connections; the transaction, of another
/// pool, holds the lock that slow reads wait for.
template <class Body>
void beside_holder(postgres::pool_options options, Body body) {
  postgres::pool_options others = options;
  others.max_connections = 1;
  const auto with_others = [&options, &body](pool& other) -> task<> {
    postgres::transaction holder = co_await other.begin();
    co_await holder.exec(take_lock);
    auto use = [&body, &holder](pool& db) { return body(db, holder); };
    co_await weir::test::with_pool(options, use);
    co_await holder.rollback();
  };
  on_postgres(others, with_others);
}

/// The only line is slow, and no other can be had: a read that comes while one waits for that.
task<> leave_nobody_behind(pool& db, postgres::transaction& holder) {
  bool has_answer = false;
  std::size_t refused = 0;
  scope slow;
  slow.spawn(note_slow(db, has_answer));
  co_await until_lock_is_awaited(true);
  scope readers;
  readers.spawn(note_refusal(db, refused));
  // Where this process stood still for the acquire_timeout, it has waited already.
  while (db.stats().waiting < 1 && refused < 1) co_await yield();
  readers.spawn(note_refusal(db, refused));
  co_await readers.join();
  CHECK(refused == 2);
  CHECK_FALSE(has_answer);
  co_await holder.rollback();
  co_await slow.join();
  CHECK(has_answer);
}

/// Who asked for a slow read goes away while a neighbour on its line waits, who then is moved.
task<> cancel_on_server(pool& db, postgres::transaction& holder) {
  for (int round = 0; round < 5; ++round) {
    bool has_answer = false;
    std::size_t right = 0;
    scope slow;
    scope neighbours;
    slow.spawn(note_slow(db, has_answer));
    neighbours.spawn(note_one(db, right));
    neighbours.spawn(note_one(db, right));
    co_await until_lock_is_awaited(true);
    co_await slow.close();
    co_await neighbours.join();
    CHECK(right == 2);
    // For ever, if nobody told the server.
    co_await until_lock_is_awaited(false);
    CHECK_FALSE(has_answer);
  }
  co_await holder.rollback();
}

/// How often reads are sent of which each is slow.
task<> count_sendings(pool& db) {
  constexpr std::int64_t reads = 100;
  constexpr std::int64_t sendings_max = 3;
  constexpr auto count =
      stmt<"select nextval('runs'), pg_sleep(0.025)::text", statement_kind::read>;
  co_await db.exec(stmt<"create sequence runs">);
  scope readers;
  for (std::int64_t at = 0; at < reads; ++at) {
    readers.spawn(weir::test::discard_value(db.exec(count)));
  }
  co_await readers.join();
  const auto sent = co_await db.one<std::int64_t>(stmt<"select last_value from runs">);
  CHECK(sent >= reads);
  CHECK(sent <= reads * sendings_max);
  CHECK(db.stats().waiting == 0);
}

}  // namespace

TEST_SUITE("postgres.slow_reads") {
  TEST_CASE("a read that comes while another line is asked for is not left behind") {
    postgres::pool_options options = options_for("left_behind");
    options.max_connections = 1;
    options.acquire_timeout = 300ms;
    beside_holder(options, leave_nobody_behind);
  }

  TEST_CASE("a slow read that is cancelled ends on the server, when its neighbours have moved") {
    postgres::pool_options options = options_for("moved_away");
    options.max_connections = 2;
    beside_holder(options, cancel_on_server);
  }

  TEST_CASE("reads that are all slow are sent three times at most, over all connections") {
    on_postgres(options_for("all_slow"), count_sendings);
  }
}
