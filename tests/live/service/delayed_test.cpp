// SPDX-License-Identifier: Apache-2.0
// Events that are published later than their handler runs.
#include <doctest/doctest.h>

#include <stdexcept>

#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/loop.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.delayed");

using namespace std::chrono_literals;
using weir::test::letter;

namespace {

constexpr auto count_waiting = weir::stmt<"select count(*) from weir_delayed">;
constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, 1)">;
constexpr auto is_stored = weir::stmt<"select count(*) from letters where id = $1">;

constexpr auto delay = 1500ms;

template <class Work>
void publish_by_wish(const Letter& letter, Work& db) {
  if (letter.wish == "later") db.publish_after(delay, Reply{letter.id});
  if (letter.wish == "long ago") db.publish_at(weir::timestamp(), Reply{letter.id});
  if (letter.wish == "never") db.publish_after(std::chrono::hours(1), Reply{letter.id});
}

weir::task<> store_alone(Letter letter, weir::tx& db, const weir::meta& about) {
  publish_by_wish(letter, db);
  if (about.attempt == 1 && letter.wish == "later") throw std::runtime_error("not at first");
  co_await db.exec(store, letter.id);
}

weir::task<> store_together(Letter letter, weir::unit& db, const weir::meta& about) {
  publish_by_wish(letter, db);
  if (about.attempt == 1 && letter.wish == "later") throw std::runtime_error("not at first");
  co_await db.exec(store, letter.id);
}

weir::task<> store_many(std::span<const Letter> letters, weir::tx& db) {
  for (const Letter& one : letters) {
    publish_by_wish(one, db);
    co_await db.exec(store, one.id);
  }
}

weir::task<> until_stored(weir::postgres::pool& database, std::int64_t id) {
  while (co_await database.one<std::int64_t>(is_stored, id) == 0) co_await weir::sleep(5ms);
}

weir::task<weir::nats::stored_message> message_at(weir::nats::jetstream& jetstream,
                                                  std::uint64_t sequence) {
  for (;;) {
    const auto stored =
        co_await jetstream.get_message(std::string(Letters::name), sequence).as_result();
    if (stored) co_return *stored;
    co_await weir::sleep(5ms);
  }
}

weir::task<> see_later(weir::test::office_floor on) {
  const weir::nats::subject to(weir::bind<Letter>::subject);
  const auto never = co_await on.jetstream.publish(to, letter(1, "never"));
  co_await until_stored(on.database, 1);
  const auto later = co_await on.jetstream.publish(to, letter(2, "later"));
  co_await until_stored(on.database, 2);
  CHECK(later.sequence == never.sequence + 1);
  const auto asked = co_await message_at(on.jetstream, later.sequence);
  const auto answered = co_await message_at(on.jetstream, later.sequence + 1);
  CHECK(weir::json::decode<Reply>(answered.payload).value().id == 2);
  CHECK(answered.time - asked.time >= delay);

  const auto past = co_await on.jetstream.publish(to, letter(3, "long ago"));
  const auto at_once = co_await message_at(on.jetstream, past.sequence + 1);
  CHECK(weir::json::decode<Reply>(at_once.payload).value().id == 3);
  // It is sent before the sweep is committed. What is left is due in an hour.
  while (co_await on.database.one<std::int64_t>(count_waiting) > 1) co_await weir::sleep(5ms);
  const auto letters = co_await on.jetstream.stream_info(std::string(Letters::name));
  CHECK(letters.messages == 5);
}

template <auto Handler>
void check_handler(weir::durable policy) {
  weir::service service("letters");
  service.on<Handler>(std::move(policy));
  weir::test::post_office().play(service, see_later);
}

weir::durable quick() { return weir::durable("letters").retry(3, weir::fixed(10ms)); }

}  // namespace

TEST_CASE("an event that is to wait is published when it is due, and once") {
  weir::test::allow(120s);
  SUBCASE("from a transaction") { check_handler<store_alone>(quick()); }
  SUBCASE("from a transaction that may be repeated") {
    check_handler<store_alone>(quick().replayable());
  }
  SUBCASE("from a group commit") { check_handler<store_together>(quick()); }
  SUBCASE("from a group commit that may be repeated") {
    check_handler<store_together>(quick().replayable());
  }
  SUBCASE("from a batch") { check_handler<store_many>(quick()); }
}

TEST_SUITE_END();
