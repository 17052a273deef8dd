// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <stdexcept>

#include "fixture.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.handler");

using namespace std::chrono_literals;
using weir::test::letter;

namespace {

using ids = std::vector<std::int64_t>;

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, $2)">;
constexpr auto store_once =
    weir::stmt<"insert into letters (id, attempt) values ($1, $2) on conflict do nothing">;

int replies_counted = 0;

weir::durable policy() {
  return weir::durable("letters")
      .workers(8)
      .retry(3, weir::exponential(1ms, 10ms).full_jitter())
      .dead_letter("dlq.letters");
}

/// Fails as the letter wishes.
void grant(const Letter& letter, std::uint64_t attempt) {
  if (letter.wish == "fail once" && attempt == 1) throw std::runtime_error("not the first time");
  if (letter.wish == "fail always") throw std::runtime_error("never, says\r\nthe handler");
  if (letter.wish == "find nobody") {
    throw weir::error(weir::errc::unavailable, weir::disposition::retry, "no such host");
  }
  if (letter.wish == "be cancelled") throw weir::error::cancelled();
  if (letter.wish == "be refused") {
    throw weir::error(weir::errc::conflict, weir::disposition::permanent, "refused for good");
  }
}

weir::task<> store_alone(Letter letter, weir::tx& db, const weir::meta& about) {
  co_await db.exec(store_once, letter.id, static_cast<std::int64_t>(about.attempt));
  grant(letter, about.attempt);
  db.publish(Reply{letter.id});
}

weir::task<> store_together(Letter letter, weir::unit& db, const weir::meta& about) {
  const auto attempt = static_cast<std::int64_t>(about.attempt);
  co_await db.exec(store_once, letter.id, attempt);
  if (letter.wish == "break a rule") co_await db.exec(store, std::int64_t{-1}, attempt);
  grant(letter, about.attempt);
  db.publish(Reply{letter.id});
}

weir::task<> answer_at_length(Letter letter, weir::unit& db, const weir::meta& about) {
  co_await db.exec(store_once, letter.id, static_cast<std::int64_t>(about.attempt));
  if (letter.wish == "write a book") db.publish(Book{std::string(2'000'000, 'a')});
  db.publish(Reply{letter.id});
}

weir::task<> count_reply(Reply) {
  ++replies_counted;
  co_return;
}

weir::task<> store_strictly(Letter letter, weir::tx& db) {
  co_await db.exec(store, letter.id, std::int64_t{1});
}

weir::task<> only_look(Letter letter, const weir::meta& about) {
  grant(letter, about.attempt);
  co_return;
}

weir::task<> dawdle(Letter letter, weir::tx& db, const weir::meta& about) {
  co_await db.exec(store_once, letter.id, static_cast<std::int64_t>(about.attempt));
  if (letter.wish == "dawdle") co_await weir::sleep(1h);
}

const std::vector<std::string> mixed = {
    letter(1, "arrive"), letter(2, "fail once"), letter(3, "fail always"), letter(4, "be refused"),
    letter(5, "arrive"), "not a letter",         letter(7, "arrive"),
};

void check_mixed(const weir::test::aftermath& left) {
  std::string stored;
  for (const auto id : left.stored) stored += std::to_string(id) + " ";
  INFO("stored: ", stored);
  CHECK(left.stored == ids{1, 2, 5, 7});
  CHECK(left.answered == ids{1, 2, 5, 7});
  REQUIRE(left.dead.size() == 3);
  for (const auto& dead : left.dead) {
    if (dead.sequence == "3") {
      CHECK(dead.cause == "never, says  the handler");
      CHECK(dead.attempts == "3");
      CHECK(dead.body == letter(3, "fail always"));
    } else if (dead.sequence == "4") {
      CHECK(dead.cause == "refused for good");
      CHECK(dead.attempts == "1");
    } else {
      CHECK(dead.sequence == "6");
      CHECK(dead.attempts == "1");
      CHECK(dead.body == "not a letter");
      CHECK(dead.cause.find("JSON of Letter") != std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("a tx handler commits and publishes what succeeds and leaves nothing of what fails") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_alone>(policy());

  check_mixed(office.deliver(service, mixed));
}

TEST_CASE("a unit handler does the same although its messages share a commit") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_together>(policy());

  check_mixed(office.deliver(service, mixed));
}

TEST_CASE("what a handler cannot reach is its own failure: tried again, then given up") {
  const std::vector<std::string> bodies = {letter(1, "find nobody"), letter(2, "be cancelled"),
                                           letter(3, "arrive")};
  weir::test::post_office office;
  weir::service service("letters-test");
  SUBCASE("alone") { service.on<store_alone>(policy()); }
  SUBCASE("in a group commit") { service.on<store_together>(policy()); }
  SUBCASE("without a database") { service.on<only_look>(policy()); }

  const auto left = office.deliver(service, bodies);

  REQUIRE(left.dead.size() == 2);
  for (const auto& dead : left.dead) {
    CHECK(dead.attempts == "3");
    CHECK((dead.sequence == "1" || dead.sequence == "2"));
  }
}

TEST_CASE("an event that its stream will never take ends its message, and no other") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<answer_at_length>(policy());

  const auto left = office.deliver(
      service, {letter(1, "arrive"), letter(2, "write a book"), letter(3, "arrive")});

  CHECK(left.stored == ids{1, 3});
  REQUIRE(left.dead.size() == 1);
  CHECK(left.dead[0].sequence == "2");
  CHECK(left.dead[0].attempts == "1");
  CHECK(left.dead[0].cause.find("max_payload") != std::string::npos);
}

TEST_CASE("a service has any number of handlers, and drains them together") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_together>(policy()).on<count_reply>(weir::durable("replies"));
  replies_counted = 0;

  const auto left =
      office.deliver(service, {letter(1, "arrive"), letter(2, "arrive"), letter(3, "arrive")});

  CHECK(left.answered == ids{1, 2, 3});
  CHECK(replies_counted == 3);
}

TEST_CASE("of a group commit only the message whose statement fails is given up") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_together>(policy().workers(64));
  std::vector<std::string> bodies;
  ids expected;
  for (std::int64_t id = 1; id <= 60; ++id) {
    const bool breaks = id % 20 == 7;
    bodies.push_back(letter(id, breaks ? "break a rule" : "arrive"));
    if (!breaks) expected.push_back(id);
  }

  const auto left = office.deliver(service, bodies);

  CHECK(left.stored == expected);
  CHECK(left.answered == expected);
  REQUIRE(left.dead.size() == 3);
  for (const auto& dead : left.dead) {
    CHECK(dead.cause.find("letters_id_check") != std::string::npos);
    CHECK(dead.attempts == "1");
  }
}

TEST_CASE("an error of the data in a tx handler is permanent: one attempt, the rest goes on") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_strictly>(policy());

  const auto left = office.deliver(service, {letter(1, ""), letter(1, ""), letter(2, "")});

  CHECK(left.stored == ids{1, 2});
  REQUIRE(left.dead.size() == 1);
  CHECK(left.dead[0].attempts == "1");
  CHECK(left.dead[0].cause.find("letters_pkey") != std::string::npos);
}

TEST_CASE("a handler without a database is retried, given up and acknowledged the same way") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<only_look>(policy());

  const auto left = office.deliver(service, mixed);

  CHECK(left.stored.empty());
  CHECK(left.dead.size() == 3);
}

TEST_CASE("a handler past its deadline is cancelled, rolled back and in the end given up") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<dawdle>(policy().deadline(50ms).retry(2, weir::exponential(1ms, 1ms)));

  const auto left = office.deliver(service, {letter(1, "dawdle"), letter(2, "arrive")});

  CHECK(left.stored == ids{2});
  REQUIRE(left.dead.size() == 1);
  CHECK(left.dead[0].attempts == "2");
  CHECK(left.dead[0].cause.find("deadline") != std::string::npos);
}

TEST_SUITE_END();
