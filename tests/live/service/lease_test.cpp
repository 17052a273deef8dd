// SPDX-License-Identifier: Apache-2.0
// Messages are leased from the server: no more than there are workers, for as long as they take,
// and none is burnt while a server of the service is away.
#include <doctest/doctest.h>

#include "fixture.hpp"
#include "weir/blocking.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/consumer.hpp"
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
      .retry(2, weir::fixed(1ms))
      .ack_wait(2s)
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

weir::task<> store_many(std::span<const Letter> letters, weir::tx& db) {
  co_await weir::sleep(work_time);
  for (const Letter& one : letters) db.enqueue(store, one.id, std::int64_t{1});
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

weir::manual_reset_event* released = nullptr;

weir::task<> wait_and_store(Letter letter, weir::tx& db, const weir::meta& about) {
  co_await released->wait();
  co_await db.exec(store, letter.id, static_cast<std::int64_t>(about.attempt));
}

weir::task<> wait_and_store_together(Letter letter, weir::unit& db, const weir::meta& about) {
  co_await released->wait();
  db.exec(store, letter.id, static_cast<std::int64_t>(about.attempt));
}

weir::task<std::uint64_t> count_pending(office_floor on) {
  const auto now = co_await on.jetstream.consumer_info("LETTERS", "letters").as_result();
  co_return now ? now->ack_pending : 0;
}

/// While all workers are busy; while they go on, the server may count acknowledgements late.
weir::task<> hold_all(office_floor on) {
  weir::manual_reset_event event;
  released = &event;
  co_await publish(on, 1, 100);
  while (co_await count_pending(on) < 8) co_await weir::sleep(1ms);
  for (int looks = 0; looks < 100; ++looks) {
    const auto pending = co_await count_pending(on);
    CHECK(pending == 8);
  }
  event.set();
  co_await until_stored(on, 100);
}

weir::task<> handle_slowly(office_floor on) {
  co_await publish(on, 1, 24);
  co_await until_stored(on, 24);
  const auto attempts = co_await on.database.one<std::int64_t>(most_attempts);
  CHECK(attempts == 1);
}

/// Until the server has let a lease pass as often as there are attempts: it counts them for
/// somebody who takes a message and never says a word, and is left there: nats-server 2.9 may
/// refuse to delete a consumer that it is about to write.
weir::task<> until_leases_passed(office_floor on) {
  weir::nats::consumer_config silent;
  silent.durable = "silent";
  silent.ack_wait = 2s;
  co_await on.jetstream.ensure_consumer("LETTERS", std::move(silent));
  auto messages = co_await weir::nats::consumer::open(on.jetstream, "LETTERS", "silent");
  for (std::uint64_t deliveries = 0; deliveries <= 2;) {
    const auto one = co_await messages.next();
    if (one) deliveries = std::max(deliveries, one->info().delivered);
  }
}

using server_fault = void (weir::servers::private_server::*)();

weir::task<> lose_database(office_floor on, server_fault loss, server_fault cure) {
  co_await publish(on, 1, 20);
  co_await until_stored(on, 20);
  co_await weir::blocking([&] { (on.postgres.*loss)(); });
  co_await publish(on, 21, 60);
  co_await until_leases_passed(on);
  co_await weir::blocking([&] { (on.postgres.*cure)(); });
  co_await until_stored(on, 80);
  const auto attempts = co_await on.database.one<std::int64_t>(most_attempts);
  CHECK(attempts == 1);
  const auto dead = co_await on.jetstream.stream_info("DLQ_LETTERS");
  CHECK(dead.messages == 0);
  const auto deliveries = co_await on.jetstream.consumer_info("LETTERS", "letters");
  CHECK(deliveries.delivered_consumer_sequence == 80);
}

weir::task<> kill_database(office_floor on) {
  using server = weir::servers::private_server;
  return lose_database(on, &server::kill_hard, &server::start);
}

weir::task<> freeze_database(office_floor on) {
  using server = weir::servers::private_server;
  return lose_database(on, &server::pause, &server::resume);
}

void add_each_form(weir::service& to, const weir::durable& by = policy()) {
  SUBCASE("in transactions") { to.on<work_and_store>(by); }
  SUBCASE("in a group commit") { to.on<store_together>(by); }
  SUBCASE("in batches") { to.on<store_many>(by); }
}

}  // namespace

TEST_CASE("what the server counts as pending never exceeds the workers") {
  weir::test::post_office office;
  weir::service service("letters-test");
  SUBCASE("in transactions") { service.on<wait_and_store>(policy()); }
  SUBCASE("in a group commit") { service.on<wait_and_store_together>(policy()); }

  office.play(service, hold_all);
}

TEST_CASE("handlers that take longer than the lease keep their messages, as those behind them do") {
  weir::test::post_office office;
  weir::service service("letters-test");
  add_each_form(service);
  work_time = 3s;

  office.play(service, handle_slowly);
}

TEST_CASE("while PostgreSQL is away messages wait and no attempt is burnt") {
  weir::test::post_office office;
  weir::service service("letters-test");
  add_each_form(service);
  work_time = 0ms;

  office.play(service, kill_database);
}

TEST_CASE("while PostgreSQL stands still for longer than the deadline no attempt is burnt") {
  weir::test::post_office office;
  weir::service service("letters-test");
  add_each_form(service, policy().deadline(500ms));
  work_time = 0ms;

  office.play(service, freeze_database);
}

TEST_SUITE_END();
