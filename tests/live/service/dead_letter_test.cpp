// SPDX-License-Identifier: Apache-2.0
// Dead letters and their stream, which may be missing.
#include <doctest/doctest.h>

#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/nats/consumer.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.dead_letters");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::office_floor;

namespace {

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, 1)">;
constexpr auto count_stored = weir::stmt<"select count(*) from letters">;
constexpr std::string_view trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

weir::durable policy() {
  return weir::durable("letters").workers(8).retry(2, weir::fixed(20ms)).dead_letter("dlq.letters");
}

weir::error refusal() {
  return {weir::errc::conflict, weir::disposition::permanent, "refused for good"};
}

weir::task<> store_alone(Letter letter, weir::tx& db) {
  if (letter.wish == "be refused") throw refusal();
  co_await db.exec(store, letter.id);
}

weir::task<> store_together(Letter letter, weir::unit& db) {
  if (letter.wish == "be refused") throw refusal();
  co_await db.exec(store, letter.id);
}

weir::task<> store_many(std::span<const Letter> letters, weir::tx& db, weir::batch& all) {
  for (std::size_t at = 0; at < letters.size(); ++at) {
    if (letters[at].wish == "be refused") {
      all.fail(at, refusal());
    } else {
      db.enqueue(store, letters[at].id);
    }
  }
  co_return;
}

void add_each_form(weir::service& to) {
  const weir::durable by = policy();
  SUBCASE("in transactions") { to.on<store_alone>(by); }
  SUBCASE("in a group commit") { to.on<store_together>(by); }
  SUBCASE("in batches") { to.on<store_many>(by); }
}

weir::task<> publish(office_floor on, std::string body) {
  const weir::nats::subject to(weir::bind<Letter>::subject);
  co_await on.jetstream.publish(to, body);
}

weir::task<weir::nats::consumer_info> look(office_floor on) {
  return on.jetstream.consumer_info("LETTERS", "letters");
}

/// The service runs when it has made its consumer, after the stream of its dead letters.
weir::task<> lose_the_stream(office_floor on) {
  while (!co_await look(on).as_result()) co_await weir::sleep(2ms);
  co_await on.jetstream.delete_stream("DLQ_LETTERS");
}

weir::nats::stream_config dead_letters() {
  weir::nats::stream_config made;
  made.name = "DLQ_LETTERS";
  made.subjects = {"dlq.letters"};
  return made;
}

weir::task<> miss_the_stream(office_floor on) {
  co_await lose_the_stream(on);
  co_await publish(on, letter(1, "be refused"));
  // More deliveries than there are attempts: none of them ends the message.
  for (;;) {
    const auto now = co_await look(on);
    if (now.delivered_consumer_sequence >= 3) break;
    co_await weir::sleep(2ms);
  }
  const auto waiting = co_await look(on);
  CHECK(waiting.ack_pending == 1);
  co_await on.jetstream.ensure_stream(dead_letters());
  for (;;) {
    const auto now = co_await look(on);
    if (now.ack_pending == 0) break;
    co_await weir::sleep(2ms);
  }
  const auto dead = co_await on.jetstream.stream_info("DLQ_LETTERS");
  CHECK(dead.messages == 1);
  const auto kept = co_await on.jetstream.get_message("DLQ_LETTERS", 1);
  CHECK(kept.payload == letter(1, "be refused"));
}

/// Others are handled meanwhile, and after the service nobody gets it for an hour.
weir::task<> wait_beside_others(const weir::service& app, office_floor on) {
  weir::test::shift running(app, on);
  co_await lose_the_stream(on);
  co_await publish(on, letter(1, "be refused"));
  for (std::int64_t id = 2; id <= 101; ++id) co_await publish(on, letter(id, ""));
  while (co_await on.database.one<std::int64_t>(count_stored) < 100) co_await weir::sleep(2ms);
  co_await running.end();
  const auto after = co_await look(on);
  CHECK(after.ack_pending == 1);
  CHECK(after.delivered_consumer_sequence == 101);
  auto next = co_await weir::nats::consumer::open(on.jetstream, "LETTERS", "letters");
  const auto given = co_await next.fetch(1, 200ms);
  CHECK(given.messages.empty());
}

/// A third is no letter, a third is refused. While the first one waits, the others gather.
weir::task<> bury_many(office_floor on) {
  co_await lose_the_stream(on);
  for (std::int64_t id = 1; id <= 60; ++id) {
    const std::string kinds[] = {letter(id, ""), letter(id, "be refused"), "no letter"};
    co_await publish(on, kinds[id % 3]);
  }
  while (co_await on.database.one<std::int64_t>(count_stored) < 20) co_await weir::sleep(2ms);
  co_await on.jetstream.ensure_stream(dead_letters());
  for (;;) {
    const auto now = co_await look(on);
    if (now.ack_pending == 0) break;
    co_await weir::sleep(2ms);
  }
  const auto dead = co_await on.jetstream.stream_info("DLQ_LETTERS");
  CHECK(dead.messages == 40);
}

weir::task<> keep_the_trace(office_floor on) {
  while (!co_await look(on).as_result()) co_await weir::sleep(2ms);
  const weir::nats::subject to(weir::bind<Letter>::subject);
  const std::string body = letter(1, "be refused");
  weir::nats::headers with;
  with.add("traceparent", trace);
  with.add("tenant", "seven");
  weir::nats::publish_options how;
  how.headers = &with;
  co_await on.jetstream.publish(to, body, how);
  for (;;) {
    const auto dead = co_await on.jetstream.stream_info("DLQ_LETTERS");
    if (dead.messages == 1) break;
    co_await weir::sleep(2ms);
  }
  const auto kept = co_await on.jetstream.get_message("DLQ_LETTERS", 1);
  const auto has = [&kept](std::string_view name, std::string_view value) {
    return std::ranges::any_of(
        kept.headers, [&](const auto& one) { return one.first == name && one.second == value; });
  };
  CHECK(has("traceparent", trace));
  CHECK(has("tenant", "seven"));
}

weir::task<> use_the_taker(const weir::service& app, office_floor on) {
  weir::nats::stream_config all;
  all.name = "ALL_DEAD";
  all.subjects = {"dlq.>"};
  co_await on.jetstream.ensure_stream(all);
  weir::test::shift running(app, on);
  co_await publish(on, letter(1, "be refused"));
  for (;;) {
    const auto dead = co_await on.jetstream.stream_info("ALL_DEAD");
    if (dead.messages == 1) break;
    co_await weir::sleep(2ms);
  }
  co_await running.end();
  const auto own = co_await on.jetstream.stream_info("DLQ_LETTERS").as_result();
  CHECK(own.error().is(weir::errc::not_found));
}

/// The name of the stream is somebody's who takes other subjects.
weir::task<> be_refused(const weir::service& app, office_floor on) {
  weir::nats::stream_config other;
  other.name = "DLQ_LETTERS";
  other.subjects = {"something.else"};
  co_await on.jetstream.ensure_stream(other);
  co_await publish(on, letter(1, ""));
  weir::test::shift refused(app, on);
  const auto ended = co_await refused.ended().as_result();
  REQUIRE_FALSE(ended.has_value());
  CHECK(ended.error().is(weir::errc::conflict));
  CHECK(ended.error().message().find("'dlq.letters'; add it to the stream's subjects") !=
        std::string::npos);
  const auto stored = co_await on.database.one<std::int64_t>(count_stored);
  CHECK(stored == 0);
}

}  // namespace

TEST_CASE("a service whose dead letters can have no stream says so, and handles nothing") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_alone>(policy());

  office.tell([&](office_floor on) { return be_refused(service, on); });
}

TEST_CASE("a message whose dead letter no stream takes is kept, and becomes one when it can") {
  weir::test::allow(120s);
  weir::test::post_office office;
  weir::service service("letters-test");
  add_each_form(service);

  office.play(service, miss_the_stream);
}

TEST_CASE("a message whose dead letter no stream takes waits before it is tried again") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_alone>(policy().retry(2, weir::fixed(1h)));

  office.tell([&](office_floor on) { return wait_beside_others(service, on); });
}

TEST_CASE("a batch waits once for all dead letters that no stream takes, not for each of them") {
  weir::test::allow(120s);
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_many>(policy().workers(64).retry(2, weir::fixed(1s)));

  office.play(service, bury_many);
}

TEST_CASE("a dead letter keeps the headers of its message, the trace among them") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_together>(policy());

  office.play(service, keep_the_trace);
}

TEST_CASE("dead letters go to the stream that takes their subject, whatever its name is") {
  weir::test::post_office office;
  weir::service service("letters-test");
  service.on<store_alone>(policy());

  office.tell([&](office_floor on) { return use_the_taker(service, on); });
}

TEST_SUITE_END();
