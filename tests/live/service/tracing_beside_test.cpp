// SPDX-License-Identifier: Apache-2.0
// The spans of what is no message of a stream, and of a service whose collector is gone.
#include <doctest/doctest.h>

#include "traced.hpp"
#include "weir/nats/request.hpp"
#include "weir/observe/span.hpp"
#include "weir/service/ask.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.tracing");

using namespace std::chrono_literals;
using namespace weir::test;

namespace {

/// What is asked of these services.
struct Look {
  std::int64_t id;
};
struct Sight {
  std::int64_t id;
};

}  // namespace

template <>
struct weir::bind<Look> : weir::request_to<"looks.take", Sight> {};

namespace {

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, 1)",
                                  weir::postgres::statement_kind::write, "store_letter">;

weir::task<> store_alone(Letter letter, weir::tx& db) {
  co_await db.exec(store, letter.id);
  db.publish(Reply{letter.id});
}

weir::task<Sight> look(Look wanted, weir::tx& db) {
  co_await db.exec(store, wanted.id);
  db.publish(Reply{wanted.id});
  co_return Sight{wanted.id};
}

weir::task<> ask_within(weir::nats::connection& over, std::int64_t id) {
  const Sight seen = co_await weir::ask(over, Look{id});
  CHECK(seen.id == id);
}

/// Asks until somebody is there to answer, as a program does that is not traced itself.
weir::task<> ask_from_outside(weir::nats::connection& over) {
  const weir::nats::subject to(weir::bind<Look>::subject);
  weir::nats::headers with;
  with.add("traceparent", of_trace(true));
  weir::nats::request_options how;
  how.headers = &with;
  for (bool is_answered = false; !is_answered;) {
    const auto answer = co_await weir::nats::request(over, to, R"({"id":1})", how).as_result();
    is_answered = answer.has_value();
    if (!is_answered) co_await weir::sleep(5ms);
  }
}

weir::task<> follow_question(traced_floor at) {
  at.start();
  co_await ask_from_outside(at.on.link);
  const auto reply = co_await message_at(at.on.jetstream, "LETTERS", 1);
  // The service of this loop records what is asked here as well.
  co_await weir::in_span("wonder", ask_within(at.on.link, 2));
  co_await message_at(at.on.jetstream, "LETTERS", 2);
  const auto twice = co_await weir::ask(at.on.link, Look{1}).as_result();
  CHECK_FALSE(twice.has_value());
  co_await at.end();

  const auto answered = at.with.named("process looks.take");
  REQUIRE(answered.size() == 3);
  CHECK(answered[0].kind == server_kind);
  CHECK(answered[0].trace_id == trace_id);
  CHECK(answered[0].parent_id == producer);
  const auto sent = at.with.named("send letters.answered");
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].parent_id == answered[0].span_id);
  CHECK(header_of(reply, "traceparent") == parent_of(sent[0]));

  const auto asked = at.with.named("ask looks.take");
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].kind == client_kind);
  CHECK(asked[0].parent_id == only(at.with, "wonder").span_id);
  CHECK(answered[1].parent_id == asked[0].span_id);
  CHECK(answered[1].trace_id == asked[0].trace_id);
  CHECK(asked[1].has_failed);
  CHECK(answered[2].has_failed);
  CHECK(answered[2].at("error.type").starts_with("postgresql:"));
  const auto statements = at.with.named("store_letter");
  REQUIRE(statements.size() == 3);
  CHECK(statements[2].parent_id == answered[2].span_id);
  CHECK(statements[2].at("db.response.status_code") == "23505");
  CHECK(statements[2].has_failed);
}

weir::task<> tick(weir::tx& db) {
  db.publish(Reply{1});
  co_return;
}

weir::task<> follow_tick(traced_floor at) {
  at.start();
  const auto reply = co_await message_at(at.on.jetstream, "LETTERS", 1);
  co_await at.end();
  const auto ran = at.with.named("schedule chores");
  const auto sent = at.with.named("send letters.answered");
  REQUIRE_FALSE(ran.empty());
  REQUIRE_FALSE(sent.empty());
  CHECK(sent.front().parent_id == ran.front().span_id);
  CHECK(header_of(reply, "traceparent") == parent_of(sent.front()));
}

/// The first one answers nothing any more.
weir::task<> work_without_collector(traced_floor at) {
  at.start();
  co_await at.with.close();
  constexpr std::int64_t last = 100;
  for (std::int64_t id = 1; id <= last; ++id) {
    co_await send_letter(at.on, letter(id, "any"), of_trace(true));
  }
  co_await message_at(at.on.jetstream, "LETTERS", 2 * last);
  co_await at.end();
  CHECK(at.running->has_ended());
}

}  // namespace

TEST_CASE("a question and its answer are parts of one trace") {
  weir::service service("looks");
  service.on<look>(weir::endpoint("look"));
  play_traced(service, follow_question);
}

TEST_CASE("what a schedule publishes has a trace") {
  weir::service service("letters");
  service.scheduled<tick>(weir::schedule("chores").every(1s));
  play_traced(service, follow_tick);
}

TEST_CASE("a collector that is gone keeps nobody from working and draining") {
  weir::service service("letters");
  service.on<store_alone>(weir::durable("letters"));
  play_traced(service, work_without_collector);
}

TEST_SUITE_END();
