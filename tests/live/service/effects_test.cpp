// SPDX-License-Identifier: Apache-2.0
// Effects once: what a handler changes and publishes is there once, whatever is delivered twice.
#include <doctest/doctest.h>

#include "answering_handlers.hpp"
#include "effect_tables.hpp"
#include "fixture.hpp"

TEST_SUITE_BEGIN("service.effects");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::sent_letter;
using weir::test::store_alone;
using weir::test::store_many;
using weir::test::store_together;

namespace {

using ids = std::vector<std::int64_t>;

constexpr auto add_one = weir::stmt<
    "insert into letters as known (id, attempt) values ($1, 1) "
    "on conflict (id) do update set attempt = known.attempt + 1">;

weir::durable policy() {
  return weir::durable("letters")
      .workers(8)
      .retry(3, weir::exponential(1ms, 10ms).full_jitter())
      .ack_wait(1s)
      .dead_letter("dlq.letters");
}

weir::task<> count_alone(Letter letter, weir::tx& db) {
  co_await db.exec(add_one, letter.id);
  db.publish(Reply{letter.id});
}

void add_each_form(weir::service& to) {
  SUBCASE("in a transaction of its own") { to.on<store_alone>(policy()); }
  SUBCASE("in a group commit") { to.on<store_together>(policy()); }
  SUBCASE("in a batch") { to.on<store_many>(policy()); }
}

constexpr auto leave_event = weir::stmt<
    "insert into weir_outbox (id, key, subject, message_id, body) "
    "values ($1, '', 'letters.answered', $2, $3)">;
/// What a program leaves that has committed and not published: events 101 to 300, in this order.
weir::task<> leave_events(weir::nats::jetstream&, weir::postgres::pool& database) {
  co_await weir::detail::make_effect_tables(database);
  for (std::int64_t id = 300; id > 100; --id) {
    const std::string message_id = "left:" + std::to_string(id);
    co_await database.exec(leave_event, id, message_id, weir::json::encode(Reply{401 - id}));
  }
}

}  // namespace

TEST_CASE("a message that is published again under its id is handled once") {
  weir::test::post_office office;
  weir::service service("letters-test");
  add_each_form(service);
  const std::vector<sent_letter> letters = {{letter(1, ""), "one"},
                                            {letter(2, ""), "two"},
                                            {letter(1, ""), "one"},
                                            {letter(3, ""), "three"},
                                            {letter(2, ""), "two"}};

  const auto left = office.deliver(service, letters);

  CHECK(left.stored == ids{1, 2, 3});
  CHECK(left.answered == ids{1, 2, 3});
  CHECK(left.dead.empty());
  CHECK(left.remembered == 3);
  CHECK(left.unsent == 0);
}

TEST_CASE("an acknowledgement that is lost does not repeat what was done") {
  weir::test::post_office office;
  weir::service first("letters-test");
  add_each_form(first);
  const std::vector<sent_letter> letters = {{letter(1, ""), "one"}, {letter(2, ""), "two"}};
  // Another consumer of the same name, made anew, gets everything again.
  const auto forget = [](weir::nats::jetstream&, weir::postgres::pool& database) -> weir::task<> {
    co_await weir::detail::make_effect_tables(database);
    co_await database.exec(weir::stmt<"insert into letters values (1, 1)">);
    co_await database.exec(weir::stmt<"insert into weir_inbox values ('LETTERS/letters', 'one')">);
  };

  const auto left = office.deliver(first, letters, forget);

  CHECK(left.stored == ids{1, 2});
  CHECK(left.answered == ids{2});
  CHECK(left.dead.empty());
  CHECK(left.remembered == 2);
}

TEST_CASE("what a crashed program has committed and not published goes out first, in its order") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_alone>(policy());

  const auto left = office.deliver(service, {{letter(1, "")}}, leave_events);

  REQUIRE(left.in_order.size() == 201);
  for (std::int64_t at = 0; at < 200; ++at) {
    CHECK(left.in_order[static_cast<std::size_t>(at)] == 101 + at);
  }
  CHECK(left.in_order.back() == 1);
  CHECK(left.unsent == 0);
}

TEST_CASE("a replayable handler remembers nothing and publishes under the ids of the first time") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<count_alone>(policy().replayable());

  const auto left = office.deliver(service, {{letter(1, ""), "one"}, {letter(1, ""), "one"}});

  CHECK(left.stored == ids{1});
  CHECK(left.answered == ids{1, 1});  // Two messages, each handled: they have ids of their own.
  CHECK(left.remembered == 0);
  CHECK(left.unsent == 0);
}

TEST_SUITE_END();
