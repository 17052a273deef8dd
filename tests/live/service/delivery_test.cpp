// SPDX-License-Identifier: Apache-2.0
// How often, and when, a message is delivered.
#include <doctest/doctest.h>

#include <stdexcept>

#include "fixture.hpp"
#include "weir/nats/consumer.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.delivery");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::office_floor;

namespace {

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, $2)">;
constexpr auto count_stored = weir::stmt<"select count(*) from letters">;

weir::duration work_time;

weir::durable policy() { return weir::durable("letters").workers(8).dead_letter("dlq.letters"); }

weir::task<> store_alone(Letter letter, weir::tx& db, const weir::meta& about) {
  if (letter.wish == "fail once" && about.attempt == 1) throw std::runtime_error("not now");
  co_await weir::sleep(work_time);
  co_await db.exec(store, letter.id, static_cast<std::int64_t>(about.attempt));
}

weir::task<> store_together(Letter letter, weir::unit& db, const weir::meta& about) {
  if (letter.wish == "fail once" && about.attempt == 1) throw std::runtime_error("not now");
  co_await weir::sleep(work_time);
  db.exec(store, letter.id, static_cast<std::int64_t>(about.attempt));
}

weir::task<> publish(office_floor on, std::string body) {
  const weir::nats::subject to(weir::bind<Letter>::subject);
  co_await on.jetstream.publish(to, body);
}

weir::task<> until_stored(office_floor on, std::int64_t wanted) {
  while (co_await on.database.one<std::int64_t>(count_stored) < wanted) co_await weir::sleep(2ms);
}

weir::task<weir::nats::consumer_info> look(office_floor on) {
  return on.jetstream.consumer_info("LETTERS", "letters");
}

/// Eight of one key, one after the other: the last waits for three leases.
weir::task<> wait_for_a_turn(office_floor on) {
  for (std::int64_t id = 1; id <= 8; ++id) co_await publish(on, letter(id, "one key"));
  co_await until_stored(on, 8);
  const auto known = co_await look(on);
  CHECK(known.delivered_consumer_sequence == 8);
}

/// Whoever came again at once would come many times beside a hundred others.
weir::task<> fail_beside_others(office_floor on) {
  co_await publish(on, letter(1, "fail once"));
  for (std::int64_t id = 2; id <= 101; ++id) co_await publish(on, letter(id, ""));
  co_await until_stored(on, 100);
  // It has failed: the workers took it first, and one that runs is asked for nothing.
  const auto known = co_await look(on);
  CHECK(known.delivered_consumer_sequence == 101);
  CHECK(known.ack_pending >= 1);
}

/// Whoever made the consumer before had the server give up after two deliveries.
weir::task<> forbid_giving_up(const weir::service& app, office_floor on) {
  weir::nats::consumer_config strict;
  strict.durable = "letters";
  strict.filter_subject = weir::bind<Letter>::subject;
  strict.max_deliver = 2;
  co_await on.jetstream.ensure_consumer("LETTERS", strict);
  weir::test::shift running(app, on);
  co_await publish(on, letter(1, "fail once"));
  co_await until_stored(on, 1);
  co_await running.end();
  const auto known = co_await look(on);
  CHECK(known.max_deliver == -1);

  // Ten times given back, and still there.
  co_await publish(on, letter(2, ""));
  auto bare = co_await weir::nats::consumer::open(on.jetstream, "LETTERS", "letters");
  for (std::uint64_t times = 1; times <= 10; ++times) {
    auto taken = co_await bare.next();
    REQUIRE(taken.has_value());
    CHECK(taken->info().delivered == times);
    taken->nak();
  }
  weir::test::shift again(app, on);
  co_await until_stored(on, 2);
  co_await again.end();
}

/// A stream that is changed while a message of it waits to be tried again.
weir::task<> change_the_stream(office_floor on) {
  co_await publish(on, letter(1, "fail once"));
  for (;;) {
    const auto known = co_await look(on).as_result();
    if (known && known->ack_pending == 1) break;
    co_await weir::sleep(2ms);
  }
  weir::nats::stream_config changed;
  changed.name = Letters::name;
  changed.subjects = {"letters.>"};
  changed.duplicate_window = 100ms;
  changed.max_age = 1h;
  co_await on.jetstream.ensure_stream(changed);
  co_await until_stored(on, 1);
  const auto known = co_await look(on);
  CHECK(known.delivered_consumer_sequence == 2);
}

}  // namespace

TEST_CASE("messages that wait for their turn in a lane keep their lease") {
  weir::test::post_office office;
  weir::service service("letters-test");
  const weir::durable by_key = policy().ack_wait(1s).ordered_by<&Letter::wish>();
  SUBCASE("in transactions") { service.on<store_alone>(by_key); }
  SUBCASE("in a group commit") { service.on<store_together>(by_key); }
  work_time = 400ms;

  office.play(service, wait_for_a_turn);
}

TEST_CASE("a message that failed comes again after its back-off, not at once") {
  weir::test::post_office office;
  weir::service service("letters-test");
  const weir::durable patient = policy().retry(3, weir::fixed(1h));
  SUBCASE("in transactions") { service.on<store_alone>(patient); }
  SUBCASE("in a group commit") { service.on<store_together>(patient); }
  work_time = 0ms;

  office.play(service, fail_beside_others);
}

TEST_CASE("the server gives up no message behind the service's back, however often it came") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_alone>(policy().retry(3, weir::fixed(1ms)));
  work_time = 0ms;

  office.tell([&](office_floor on) { return forbid_giving_up(service, on); });
}

TEST_CASE("a message that waits for its back-off outlives a change of its stream") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_alone>(policy().retry(3, weir::fixed(2s)));
  work_time = 0ms;

  office.play(service, change_the_stream);
}

TEST_SUITE_END();
