// SPDX-License-Identifier: Apache-2.0
// Handlers of all forms that ask another service.
#include <doctest/doctest.h>

#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/nats/responder.hpp"
#include "weir/service/caller.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.caller");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::office_floor;

namespace {

struct Weighed {
  std::int64_t id;
};
struct Weight {
  std::int64_t grams;
};
struct Sent {
  std::int64_t id;
};

}  // namespace

template <>
struct weir::bind<Weighed> : weir::request_to<"scales.weigh", Weight> {};
template <>
struct weir::bind<Sent> : weir::request_to<"post.send", Weight> {};

namespace {

constexpr std::int64_t count = 20;

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, $2)">;
constexpr auto count_heavy = weir::stmt<"select count(*) from letters where attempt = id * 10">;

weir::durable policy() { return weir::durable("letters").workers(8); }

/// Where there is no database the weights are kept here.
std::vector<std::int64_t> weights;

weir::task<> weigh(Letter letter, weir::caller& others) {
  const Weighed asked{letter.id};
  const Weight weight = co_await others.ask(asked);
  if (weight.grams == letter.id * 10) weights.push_back(weight.grams);
}

weir::task<> weigh_alone(Letter letter, weir::tx& db, weir::caller& others) {
  const Weighed asked{letter.id};
  const Weight weight = co_await others.ask(asked);
  co_await db.exec(store, letter.id, weight.grams);
}

weir::task<> weigh_together(Letter letter, weir::caller& others, weir::unit& db) {
  const Weighed asked{letter.id};
  const Weight weight = co_await others.ask(asked);
  db.exec(store, letter.id, weight.grams);
}

weir::task<> weigh_many(std::span<const Letter> letters, weir::tx& db, weir::caller& others) {
  for (const Letter& one : letters) {
    const Weighed asked{one.id};
    const Weight weight = co_await others.ask(asked);
    db.enqueue(store, one.id, weight.grams);
  }
}

weir::task<> weigh_at_times(weir::tx& db, const weir::tick&, weir::caller& others) {
  const Weighed asked{count};
  const Weight weight = co_await others.ask(asked);
  co_await db.exec(store, asked.id, weight.grams);
}

weir::task<Weight> pass_on(Sent asked, weir::caller& others) {
  const Weighed weighed{asked.id};
  co_return co_await others.ask(weighed);
}

weir::task<weir::nats::reply> answer(weir::nats::message asked) {
  const auto wanted = weir::json::decode<Weighed>(asked.payload()).value();
  co_return weir::nats::reply{.payload = weir::json::encode(Weight{wanted.id * 10})};
}

using story = weir::task<> (*)(office_floor);

/// With somebody who has scales.
weir::task<> beside_scales(office_floor on, story told) {
  weights.clear();
  weir::nats::responder scales(on.link, weir::nats::subject_pattern("scales.weigh"), answer);
  const auto ended = co_await told(on).as_result();
  co_await scales.close();
  ended.value();
}

weir::task<> publish(office_floor on) {
  const weir::nats::subject to(weir::bind<Letter>::subject);
  for (std::int64_t id = 1; id <= count; ++id) {
    const std::string body = letter(id, "");
    co_await on.jetstream.publish(to, body);
  }
}

weir::task<> until_heavy(office_floor on, std::int64_t wanted) {
  while (co_await on.database.one<std::int64_t>(count_heavy) < wanted) co_await weir::sleep(5ms);
}

weir::task<> weigh_letters(office_floor on) {
  co_await publish(on);
  co_await until_heavy(on, count);
  const auto heavy = co_await on.database.one<std::int64_t>(count_heavy);
  CHECK(heavy == count);
}

weir::task<> weigh_without_database(office_floor on) {
  co_await publish(on);
  while (weights.size() < count) co_await weir::sleep(5ms);
  CHECK(weights.size() == count);
}

weir::task<> wait_for_tick(office_floor on) {
  co_await until_heavy(on, 1);
  const auto heavy = co_await on.database.one<std::int64_t>(count_heavy);
  CHECK(heavy == 1);
}

weir::task<> ask_who_asks(office_floor on) {
  const Sent asked{7};
  auto got = co_await weir::ask(on.link, asked).as_result();
  while (!got) got = co_await weir::ask(on.link, asked).as_result();
  CHECK(got->grams == 70);
}

void play(const weir::service& which, story told) {
  weir::test::allow(120s);
  weir::test::post_office().play(which,
                                 [told](office_floor on) { return beside_scales(on, told); });
}

}  // namespace

TEST_CASE("a handler asks others, whatever it does with the answer") {
  weir::service service("letters-test");
  SUBCASE("in a transaction") { service.on<weigh_alone>(policy()); }
  SUBCASE("in a group commit") { service.on<weigh_together>(policy()); }
  SUBCASE("in a batch") { service.on<weigh_many>(policy()); }

  play(service, weigh_letters);
}

TEST_CASE("a handler without a database asks others") {
  weir::service service("letters-test");
  service.on<weigh>(policy());

  play(service, weigh_without_database);
}

TEST_CASE("a scheduled handler asks others") {
  weir::service service("letters-test");
  service.scheduled<weigh_at_times>(weir::schedule("weigh").every(1s));

  play(service, wait_for_tick);
}

TEST_CASE("a responder asks others") {
  weir::service service("letters-test");
  service.on<pass_on>(weir::endpoint("send"));

  play(service, ask_who_asks);
}

TEST_SUITE_END();
