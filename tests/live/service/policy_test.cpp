// SPDX-License-Identifier: Apache-2.0
// What is done when handling fails, besides trying again: rules, breaker, rate, adaptive limit.
#include <doctest/doctest.h>

#include "fixture.hpp"
#include "weir/postgres/error.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.policies");

using namespace std::chrono_literals;
using weir::test::letter;

namespace {

using ids = std::vector<std::int64_t>;

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, $2)">;

struct {
  int attempts = 0;
  int running = 0;
  int most = 0;
  bool is_down = false;
  int refused = 0;
} seen;

weir::durable policy() {
  return weir::durable("letters")
      .workers(8)
      .retry(3, weir::fixed(1ms))
      .ack_wait(2s)
      .dead_letter("dlq.letters");
}

weir::error failure(weir::errc code) {
  return {code, weir::disposition::retry, "as the letter wishes"};
}

weir::task<> grant(Letter letter, weir::tx& db, const weir::meta& about) {
  ++seen.attempts;
  if (letter.wish == "nowhere") throw failure(weir::errc::not_found);
  if (letter.wish == "conflict") throw failure(weir::errc::conflict);
  if (letter.wish == "closed" && about.attempt < 3) throw failure(weir::errc::closed);
  const std::int64_t id = letter.wish == "break a rule" ? -letter.id : letter.id;
  co_await db.exec(store, id, static_cast<std::int64_t>(about.attempt));
  db.publish(Reply{letter.id});
}

/// Fails while its neighbour is down, which it is for the first calls.
weir::task<> call_neighbour(Letter letter, weir::tx& db) {
  if (seen.refused < 3) {
    ++seen.refused;
    throw failure(weir::errc::unavailable);
  }
  co_await db.exec(store, letter.id, std::int64_t{1});
  db.publish(Reply{letter.id});
}

weir::task<> count_running(Letter letter, weir::publications& out) {
  seen.most = std::max(seen.most, ++seen.running);
  co_await weir::sleep(2ms);
  --seen.running;
  out.publish(Reply{letter.id});
}

std::vector<std::string> letters(std::int64_t count) {
  std::vector<std::string> bodies;
  for (std::int64_t id = 1; id <= count; ++id) bodies.push_back(letter(id, ""));
  return bodies;
}

}  // namespace

TEST_CASE("rules say what is done with an error, the first that fits") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<grant>(
      policy()
          .on_error(weir::error_is(weir::errc::not_found), weir::discard())
          .on_error(weir::error_is(weir::errc::conflict), weir::to_dead_letter())
          .on_error(weir::error_is(weir::errc::closed), weir::retry_now())
          .on_error(weir::error_is(weir::postgres::sqlstate_code("23514")), weir::retry_later())
          .on_error([](const weir::error&) { return true; }, weir::discard()));
  seen = {};

  const auto left =
      office.deliver(service, {letter(1, ""), letter(2, "nowhere"), letter(3, "conflict"),
                               letter(4, "closed"), letter(5, "break a rule")});

  CHECK(left.stored == ids{1, 4});
  CHECK(left.answered == ids{1, 4});
  REQUIRE(left.dead.size() == 2);
  for (const auto& dead : left.dead) {
    if (dead.sequence == "3") {
      CHECK(dead.attempts == "1");
    } else {
      CHECK(dead.sequence == "5");
      CHECK(dead.attempts == "3");  // A rule overrules "permanent".
    }
  }
  CHECK(seen.attempts == 1 + 1 + 1 + 3 + 3);
}

TEST_CASE("a pause burns no attempt") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<call_neighbour>(
      policy()
          .retry(1, weir::fixed(1ms))
          .on_error(weir::error_is(weir::errc::unavailable), weir::pause_for(20ms)));
  seen = {};

  const auto left = office.deliver(service, letters(5));

  CHECK(left.stored == ids{1, 2, 3, 4, 5});
  CHECK(left.dead.empty());
}

TEST_CASE("while the breaker is open messages wait, and go through when it closes") {
  weir::test::post_office office;
  weir::service service("letters-test");
  weir::breaker_options breaker;
  breaker.consecutive_failures = 2;
  breaker.open_for = weir::fixed(50ms);
  service.on<call_neighbour>(policy().workers(4).breaker(breaker));
  seen = {};

  const auto left = office.deliver(service, letters(40));

  CHECK(left.stored.size() == 40);
  CHECK(left.dead.empty());
  CHECK(seen.refused == 3);
}

TEST_CASE("an adaptive limit holds back attempts") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<count_running>(policy().adapt({.min = 1, .max = 3, .first = 2}));
  seen = {};

  const auto left = office.deliver(service, letters(200));

  CHECK(left.answered.size() == 200);
  CHECK(seen.most <= 3);
  CHECK(seen.most > 1);
}

TEST_SUITE_END();
