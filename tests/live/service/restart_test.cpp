// SPDX-License-Identifier: Apache-2.0
// One service after another: what the first gave back is free for the second at once, in its order.
#include <doctest/doctest.h>

#include <csignal>

#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/consumer.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.restart");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::office_floor;

namespace {

using ids = std::vector<std::int64_t>;

constexpr std::int64_t count = 60;

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, $2)">;
constexpr auto count_stored = weir::stmt<"select count(*) from letters">;

/// Set when the handlers may go on.
weir::manual_reset_event* released = nullptr;
ids begun;

// Far longer than a case may take: whoever waited for it would fail.
weir::durable policy() {
  return weir::durable("letters").workers(8).ack_wait(10min).dead_letter("dlq.letters");
}

weir::durable by_key() { return policy().ordered_by<&Letter::wish>(); }

weir::task<> wait_and_store(Letter letter, weir::tx& db, const weir::meta& about) {
  begun.push_back(letter.id);
  co_await released->wait();
  co_await db.exec(store, letter.id, static_cast<std::int64_t>(about.attempt));
}

weir::task<> wait_and_store_together(Letter letter, weir::unit& db, const weir::meta& about) {
  begun.push_back(letter.id);
  co_await released->wait();
  db.exec(store, letter.id, static_cast<std::int64_t>(about.attempt));
}

weir::task<> wait_and_store_many(std::span<const Letter> letters, weir::tx& db) {
  for (const Letter& one : letters) begun.push_back(one.id);
  co_await released->wait();
  for (const Letter& one : letters) {
    db.enqueue(store, one.id, std::int64_t{1});
  }
}

/// Letters of two keys, by turns.
weir::task<> publish(office_floor on) {
  const weir::nats::subject to(weir::bind<Letter>::subject);
  for (std::int64_t id = 1; id <= count; ++id) {
    const std::string body = letter(id, id % 2 == 0 ? "even" : "odd");
    co_await on.jetstream.publish(to, body);
  }
}

/// Nobody has begun, and there is work until `go_on` and after.
weir::task<> begin(office_floor on, weir::manual_reset_event& go_on) {
  released = &go_on;
  begun.clear();
  co_await publish(on);
}

/// The one that the service will find.
weir::task<> make_consumer(office_floor on, weir::duration ack_wait) {
  weir::nats::consumer_config same;
  same.durable = "letters";
  same.filter_subject = weir::bind<Letter>::subject;
  same.ack_wait = ack_wait;
  same.max_ack_pending = 4096;
  co_await on.jetstream.ensure_consumer("LETTERS", same);
}

weir::task<> until_stored(office_floor on, std::int64_t wanted) {
  while (co_await on.database.one<std::int64_t>(count_stored) < wanted) co_await weir::sleep(2ms);
}

weir::task<> until_all_are_taken(office_floor on) {
  for (;;) {
    const auto now = co_await on.jetstream.consumer_info("LETTERS", "letters").as_result();
    if (now && now->ack_pending == 8 && !begun.empty()) co_return;
    co_await weir::sleep(2ms);
  }
}

/// The first is asked to end while its workers are busy.
weir::task<> hand_over(const weir::service& app, office_floor on) {
  weir::manual_reset_event go_on;
  co_await begin(on, go_on);
  weir::test::shift first(app, on);
  co_await until_all_are_taken(on);
  weir::scope ending;
  ending.spawn(first.end());
  // What waits is given back at once, what runs goes on: see below.
  for (;;) {
    const auto now = co_await on.jetstream.consumer_info("LETTERS", "letters");
    if (now.waiting_pulls == 0) break;
    co_await weir::sleep(2ms);
  }
  go_on.set();
  co_await ending.join();
  const auto done = co_await on.database.one<std::int64_t>(count_stored);
  CHECK(done > 0);
  CHECK(done <= 8);

  weir::test::shift second(app, on);
  co_await until_stored(on, count);
  co_await second.end();
  const auto left = co_await on.jetstream.consumer_info("LETTERS", "letters");
  CHECK(left.ack_pending == 0);
}

/// The first has all its workers busy; the second begins with what waits, not after a lease.
weir::task<> share(const weir::service& app, office_floor on) {
  weir::manual_reset_event go_on;
  co_await begin(on, go_on);
  weir::test::shift first(app, on);
  weir::test::shift second(app, on);
  while (begun.size() < 8) co_await weir::sleep(2ms);
  const auto busy = co_await on.jetstream.consumer_info("LETTERS", "letters");
  CHECK(busy.ack_pending == 8);
  go_on.set();
  co_await until_stored(on, count);
  // Each signal ends one of them.
  pthread_kill(pthread_self(), SIGTERM);
  while (!first.has_ended() && !second.has_ended()) co_await weir::sleep(2ms);
  weir::test::shift& other = first.has_ended() ? second : first;
  co_await other.end();
}

/// Its handlers never end: what they have is given back, and free for the next one.
weir::task<> never_end(const weir::service& app, office_floor on) {
  weir::manual_reset_event never;
  co_await begin(on, never);
  weir::test::shift first(app, on);
  co_await until_all_are_taken(on);
  co_await first.end();
  const auto done = co_await on.database.one<std::int64_t>(count_stored);
  CHECK(done == 0);
  weir::manual_reset_event at_once;
  at_once.set();
  released = &at_once;
  weir::test::shift second(app, on);
  co_await until_stored(on, count);
  co_await second.end();
  const auto left = co_await on.jetstream.consumer_info("LETTERS", "letters");
  CHECK(left.ack_pending == 0);
}

bool is_in_order(const ids& all, std::int64_t remainder) {
  ids some;
  for (const auto id : all) {
    if (id % 2 == remainder) some.push_back(id);
  }
  return std::ranges::is_sorted(some);
}

/// Somebody has eight letters in hand who never says a word; then a service begins.
weir::task<> follow_a_dead_one(const weir::service& app, office_floor on) {
  weir::manual_reset_event go_on;
  go_on.set();
  co_await begin(on, go_on);
  co_await make_consumer(on, 2s);
  {
    auto dead = co_await weir::nats::consumer::open(on.jetstream, "LETTERS", "letters");
    std::vector<weir::nats::delivery> kept;
    auto all = co_await dead.fetch(20);
    CHECK(all.messages.size() == 20);
    // The last and the first are given back, as a drain does whose limit has passed.
    all.messages.at(19).nak();
    all.messages.at(5).nak();
    for (auto& one : all.messages) kept.push_back(std::move(one));
    weir::test::shift next(app, on);
    co_await until_stored(on, count);
    co_await next.end();
  }
}

/// Somebody who lives on has eight letters in hand; a service that begins is asked to end.
weir::task<> end_while_waiting(const weir::service& app, office_floor on) {
  weir::manual_reset_event go_on;
  go_on.set();
  co_await begin(on, go_on);
  co_await make_consumer(on, 10min);
  auto busy = co_await weir::nats::consumer::open(on.jetstream, "LETTERS", "letters");
  auto kept = co_await busy.fetch(8);
  CHECK(kept.messages.size() == 8);
  weir::test::shift next(app, on);
  for (;;) {
    const auto now = co_await on.jetstream.consumer_info("LETTERS", "letters");
    if (now.ack_pending == 16) break;
    co_await weir::sleep(2ms);
  }
  co_await next.end();
  CHECK(begun.empty());
  for (auto& one : kept.messages) one.nak();
  weir::test::shift last(app, on);
  co_await until_stored(on, count);
  co_await last.end();
}

}  // namespace

TEST_CASE("what a drained service has given back is free for the next one at once") {
  weir::test::post_office office;
  weir::service service("letters-test");
  SUBCASE("in transactions") { service.on<wait_and_store>(policy()); }
  SUBCASE("in a group commit") { service.on<wait_and_store_together>(policy()); }
  SUBCASE("in batches") { service.on<wait_and_store_many>(policy()); }

  office.tell([&](office_floor on) { return hand_over(service, on); });
}

TEST_CASE("after a clean drain the next service goes on at once in the order of each key") {
  weir::test::post_office office;
  weir::service service("letters-test");
  SUBCASE("in transactions") { service.on<wait_and_store>(by_key()); }
  SUBCASE("in a group commit") { service.on<wait_and_store_together>(by_key()); }

  office.tell([&](office_floor on) { return hand_over(service, on); });

  CHECK(begun.size() == count);
  CHECK(is_in_order(begun, 0));
  CHECK(is_in_order(begun, 1));
}

TEST_CASE("what a dead service had in hand comes before what follows it, whatever comes first") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<wait_and_store>(by_key().workers(32).ack_wait(2s));

  office.tell([&](office_floor on) { return follow_a_dead_one(service, on); });

  CHECK(begun.size() == count);
  CHECK(is_in_order(begun, 0));
  CHECK(is_in_order(begun, 1));
}

TEST_CASE("a service that waits for what another has in hand drains at once, and touches nothing") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<wait_and_store>(by_key().workers(32));

  office.tell([&](office_floor on) { return end_while_waiting(service, on); });

  CHECK(begun.size() == count);
  CHECK(is_in_order(begun, 0));
  CHECK(is_in_order(begun, 1));
}

TEST_CASE("a second instance takes its share at once while the first is busy") {
  weir::test::post_office office;
  weir::service service("letters-test");
  const weir::durable few = policy().workers(4).deadline(1h);
  SUBCASE("in transactions") { service.on<wait_and_store>(few); }
  SUBCASE("in a group commit") { service.on<wait_and_store_together>(few); }

  office.tell([&](office_floor on) { return share(service, on); });

  CHECK(begun.size() == count);
}

TEST_CASE("a drain ends at its limit although handlers do not, and gives back what they have") {
  weir::test::allow(120s);
  weir::test::post_office office;
  weir::service service("letters-test");
  SUBCASE("in transactions") { service.on<wait_and_store>(policy().deadline(1h)); }
  SUBCASE("in batches") { service.on<wait_and_store_many>(policy().deadline(1h)); }

  office.tell([&](office_floor on) { return never_end(service, on); });
}

TEST_SUITE_END();
