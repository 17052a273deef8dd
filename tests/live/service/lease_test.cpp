// SPDX-License-Identifier: Apache-2.0
// Messages are leased from the server: no more than there are workers, for as long as they take,
// and none is burnt while a server of the service is away.
#include <doctest/doctest.h>

#include "fixture.hpp"
#include "weir/blocking.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.lease");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::office_floor;

namespace {

constexpr auto store =
    weir::stmt<"insert into letters (id, attempt) values ($1, $2) on conflict do nothing">;
constexpr auto count_stored = weir::stmt<"select count(*) from letters">;
constexpr auto most_attempts = weir::stmt<"select max(attempt) from letters">;

weir::duration work_time;

weir::durable policy() {
  return weir::durable("letters")
      .workers(8)
      .retry(3, weir::fixed(1ms))
      .ack_wait(1s)
      .dead_letter("dlq.letters");
}

weir::task<> work_and_store(Letter letter, weir::tx& db, const weir::meta& about) {
  co_await weir::sleep(work_time);
  co_await db.exec(store, letter.id, static_cast<std::int64_t>(about.attempt));
}

weir::task<> store_together(Letter letter, weir::unit& db, const weir::meta& about) {
  co_await weir::sleep(work_time);
  db.exec(store, letter.id, static_cast<std::int64_t>(about.attempt));
}

weir::task<> publish(office_floor on, std::int64_t first, std::int64_t count) {
  const weir::nats::subject to(weir::bind<Letter>::subject);
  for (std::int64_t id = first; id < first + count; ++id) {
    const std::string body = letter(id, "");
    co_await on.jetstream.publish(to, body);
  }
}

weir::task<> until_stored(office_floor on, std::int64_t wanted) {
  for (;;) {
    const auto stored = co_await on.database.one<std::int64_t>(count_stored).as_result();
    if (stored && *stored >= wanted) co_return;
    co_await weir::sleep(2ms);
  }
}

/// The most that the server has ever counted as delivered and not acknowledged.
weir::task<> watch_pending(office_floor on, std::uint64_t& most) {
  for (;;) {
    const auto now = co_await on.jetstream.consumer_info("LETTERS", "letters").as_result();
    if (now) most = std::max(most, now->ack_pending);
    co_await weir::sleep(1ms);
  }
}

weir::task<> handle_many(office_floor on) {
  std::uint64_t most = 0;
  co_await weir::with_scope([&](weir::scope& watching) -> weir::task<> {
    watching.spawn(watch_pending(on, most));
    co_await publish(on, 1, 400);
    co_await until_stored(on, 400);
    watching.request_stop();
  });
  CHECK(most > 0);
  CHECK(most <= 8);
}

weir::task<> handle_slowly(office_floor on) {
  co_await publish(on, 1, 24);
  co_await until_stored(on, 24);
  const auto attempts = co_await on.database.one<std::int64_t>(most_attempts);
  CHECK(attempts == 1);
}

weir::task<> lose_database(office_floor on) {
  co_await publish(on, 1, 20);
  co_await until_stored(on, 20);
  co_await weir::blocking([&] { on.postgres.kill_hard(); });
  co_await publish(on, 21, 60);
  co_await weir::sleep(4s);  // Far more than three attempts, and than the lease, would take.
  co_await weir::blocking([&] { on.postgres.start(); });
  co_await until_stored(on, 80);
  const auto attempts = co_await on.database.one<std::int64_t>(most_attempts);
  CHECK(attempts == 1);
  const auto dead = co_await on.jetstream.stream_info("DLQ_LETTERS");
  CHECK(dead.messages == 0);
}

void add_each_form(weir::service& to) {
  SUBCASE("in transactions") { to.on<work_and_store>(policy()); }
  SUBCASE("in a group commit") { to.on<store_together>(policy()); }
}

}  // namespace

TEST_CASE("what the server counts as pending never exceeds the workers") {
  weir::test::post_office office;
  weir::service service("letters-test");
  add_each_form(service);
  work_time = 1ms;

  office.play(service, handle_many);
}

TEST_CASE("handlers that take longer than the lease keep their messages, as those behind them do") {
  weir::test::post_office office;
  weir::service service("letters-test");
  add_each_form(service);
  work_time = 2500ms;

  office.play(service, handle_slowly);
}

TEST_CASE("while PostgreSQL is away messages wait and no attempt is burnt") {
  weir::test::post_office office;
  weir::service service("letters-test");
  add_each_form(service);
  work_time = 0ms;

  office.play(service, lose_database);
}

TEST_SUITE_END();
