// SPDX-License-Identifier: Apache-2.0
// The spans of a service, as a collector gets them: on real servers, from headers to headers.
#include <doctest/doctest.h>

#include <stdexcept>

#include "effect_tables.hpp"
#include "traced.hpp"
#include "weir/observe/span.hpp"

TEST_SUITE_BEGIN("service.tracing");

using namespace std::chrono_literals;
using namespace weir::test;

namespace {

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, 1)",
                                  weir::postgres::statement_kind::write, "store_letter">;
constexpr auto find =
    weir::stmt<"select count(*) from letters where id = $1", weir::postgres::statement_kind::read>;
// An hour old, as a crash has left it.
constexpr auto leave_one = weir::stmt<
    "insert into weir_outbox (id, key, subject, message_id, headers, body, created_at) "
    "values (1, '', 'letters.answered', 'left:1', $1, '{\"id\":1}', now() - interval '1 hour')">;

weir::task<> fail_by_wish(const Letter& letter, std::uint64_t attempt) {
  if (letter.wish == "fail at first" && attempt == 1) throw std::runtime_error("not at first");
  if (letter.wish == "be refused") {
    throw weir::error(weir::errc::conflict, weir::disposition::permanent, "refused for good");
  }
  co_return;
}

weir::task<> answer(Letter letter, weir::publications& out, const weir::meta& about) {
  co_await fail_by_wish(letter, about.attempt);
  out.publish(Reply{letter.id});
}

weir::task<> store_alone(Letter letter, weir::tx& db, const weir::meta& about) {
  co_await fail_by_wish(letter, about.attempt);
  co_await weir::in_span("write it down", db.exec(store, letter.id));
  if (letter.wish == "answer later") {
    db.publish_after(50ms, Reply{letter.id});
  } else {
    db.publish(Reply{letter.id});
  }
}

weir::task<> store_together(Letter letter, weir::unit& db, const weir::meta& about) {
  co_await fail_by_wish(letter, about.attempt);
  const auto known = co_await db.one<std::int64_t>(find, letter.id);
  if (known == 0) db.exec(store, letter.id);
  db.publish(Reply{letter.id});
}

weir::task<> store_many(std::span<const Letter> letters, weir::tx& db) {
  for (const Letter& one : letters) {
    co_await db.exec(store, one.id);
    db.publish(Reply{one.id});
  }
}

weir::durable policy() {
  return weir::durable("letters").retry(2, weir::fixed(10ms)).dead_letter("dlq.letters");
}

template <auto Handler>
weir::service make_service() {
  weir::service service("letters");
  service.on<Handler>(policy());
  return service;
}

weir::task<> follow_one(traced_floor at) {
  at.start();
  const auto sequence = co_await send_letter(at.on, letter(1, "any"), of_trace(true));
  const auto reply = co_await message_at(at.on.jetstream, "LETTERS", sequence + 1);
  co_await at.end();

  for (const received_span& one : at.with.spans()) {
    CAPTURE(one.name);
    CHECK(one.trace_id == trace_id);
    CHECK(one.trace_state == "shop=1");
    CHECK_FALSE(one.has_failed);
  }
  const received_span process = only(at.with, "process letters.sent");
  CHECK(process.kind == consumer_kind);
  CHECK(process.parent_id == producer);
  CHECK(process.at("messaging.system") == "nats");
  CHECK(process.at("messaging.operation.name") == "process");
  CHECK(process.at("messaging.destination.name") == "letters.sent");
  CHECK(process.at("messaging.consumer.group.name") == "letters");
  CHECK(process.at("weir.stream") == "LETTERS");
  CHECK(process.at("weir.stream_sequence") == std::to_string(sequence));
  CHECK(process.at("weir.attempt") == "1");
  CHECK(process.at("weir.outcome") == "done");

  const received_span receive = only(at.with, "receive LETTERS");
  CHECK(receive.kind == client_kind);
  CHECK(receive.parent_id == producer);
  CHECK(receive.begun <= process.begun);

  const received_span send = only(at.with, "send letters.answered");
  CHECK(send.kind == producer_kind);
  CHECK(send.parent_id == process.span_id);
  CHECK(send.begun >= process.begun);
  CHECK(send.at("messaging.message.id") == header_of(reply, "Nats-Msg-Id"));
  CHECK(header_of(reply, "traceparent") == parent_of(send));
  CHECK(header_of(reply, "tracestate") == "shop=1");

  for (const auto& post : at.with.posts) CHECK(post.body.find("canary") == std::string::npos);
}

/// The same with what a transaction adds to it.
weir::task<> follow_transaction(traced_floor at) {
  co_await follow_one(at);
  const received_span process = only(at.with, "process letters.sent");
  const received_span own = only(at.with, "write it down");
  CHECK(own.parent_id == process.span_id);
  const received_span statement = only(at.with, "store_letter");
  CHECK(statement.kind == client_kind);
  CHECK(statement.parent_id == own.span_id);
  CHECK(statement.at("db.system") == "postgresql");
  CHECK(statement.at("db.query.text") == "insert into letters (id, attempt) values ($1, 1)");
  CHECK(statement.at("db.response.returned_rows") == "1");
  const received_span commit = only(at.with, "commit");
  CHECK(commit.kind == client_kind);
  CHECK(commit.parent_id == process.span_id);
  CHECK(commit.ended <= process.ended);
  CHECK(at.with.spans().size() == 6);
}

weir::task<> follow_group(traced_floor at) {
  co_await follow_one(at);
  const received_span process = only(at.with, "process letters.sent");
  CHECK(only(at.with, "select").parent_id == process.span_id);
  CHECK(only(at.with, "commit").parent_id == process.span_id);
  CHECK(at.with.spans().size() == 5);
}

weir::task<> follow_batch_of_one(traced_floor at) {
  co_await follow_one(at);
  const received_span process = only(at.with, "process letters.sent");
  CHECK(only(at.with, "store_letter").parent_id == process.span_id);
  CHECK(only(at.with, "commit").parent_id == process.span_id);
}

weir::task<> link_batch(traced_floor at) {
  // They are there before the service, which takes them together then.
  co_await send_letter(at.on, letter(1, "any"), of_trace(true));
  co_await send_letter(at.on, letter(2, "any"), of_trace(false));
  const auto last = co_await send_letter(at.on, letter(3, "any"));
  at.start();
  const auto reply = co_await message_at(at.on.jetstream, "LETTERS", last + 1);
  co_await at.end();

  const received_span process = only(at.with, "process letters.sent");
  CHECK(process.trace_id != trace_id);
  CHECK(process.parent_id.empty());
  CHECK(process.at("messaging.batch.message_count") == "3");
  REQUIRE(process.links.size() == 1);
  CHECK(process.links.front() == std::pair(std::string(trace_id), std::string(producer)));
  const auto sent = at.with.named("send letters.answered");
  REQUIRE(sent.size() == 3);
  bool is_found = false;
  for (const received_span& one : sent) {
    CHECK(one.parent_id == process.span_id);
    CHECK(one.trace_id == process.trace_id);
    is_found = is_found || header_of(reply, "traceparent") == parent_of(one);
  }
  CHECK(is_found);
}

weir::task<> follow_failures(traced_floor at) {
  at.start();
  const auto sequence = co_await send_letter(at.on, letter(1, "fail at first"), of_trace(true));
  co_await message_at(at.on.jetstream, "LETTERS", sequence + 1);
  co_await send_letter(at.on, letter(2, "be refused"), of_trace(true));
  const auto dead = co_await message_at(at.on.jetstream, "DLQ_LETTERS", 1);
  co_await at.end();

  const auto process = at.with.named("process letters.sent");
  REQUIRE(process.size() == 3);
  for (const received_span& one : process) CHECK(one.parent_id == producer);
  CHECK(process[0].has_failed);
  CHECK(process[0].failure == "not at first");
  CHECK(process[0].at("weir.outcome") == "failed");
  CHECK(process[0].at("weir.attempt") == "1");
  CHECK_FALSE(process[1].has_failed);
  CHECK(process[1].at("weir.outcome") == "done");
  CHECK(process[1].at("weir.attempt") == "2");
  CHECK(process[2].has_failed);
  CHECK(process[2].at("weir.disposition") == "permanent");
  CHECK(at.with.named("receive LETTERS").size() == 2);
  // Who looks into the letter finds the try that has failed.
  CHECK(header_of(dead, "traceparent") == parent_of(process[2]));
  CHECK(header_of(dead, "tracestate") == "shop=1");
}

weir::task<> follow_delayed(traced_floor at) {
  at.start();
  const auto sequence = co_await send_letter(at.on, letter(1, "answer later"), of_trace(true));
  const auto reply = co_await message_at(at.on.jetstream, "LETTERS", sequence + 1);
  co_await at.end();
  const received_span sent = only(at.with, "send letters.answered");
  CHECK(sent.parent_id == only(at.with, "process letters.sent").span_id);
  CHECK(header_of(reply, "traceparent") == parent_of(sent));
}

weir::task<> follow_swept(traced_floor at) {
  co_await weir::detail::make_effect_tables(at.on.database);
  co_await at.on.database.exec(leave_one, "traceparent: " + of_trace(true) + "\ntracestate: a=1\n");
  at.start();
  const auto reply = co_await message_at(at.on.jetstream, "LETTERS", 1);
  co_await at.end();
  const received_span sent = only(at.with, "send letters.answered");
  CHECK(sent.trace_id == trace_id);
  CHECK(sent.parent_id == producer);
  CHECK(header_of(reply, "traceparent") == parent_of(sent));
  CHECK(header_of(reply, "tracestate") == "a=1");
}

/// Who decides that a trace is not recorded decides for all.
weir::task<> follow_unrecorded(traced_floor at) {
  at.start();
  const auto first = co_await send_letter(at.on, letter(1, "any"), of_trace(false));
  const auto reply = co_await message_at(at.on.jetstream, "LETTERS", first + 1);
  CHECK(header_of(reply, "traceparent") == of_trace(false));
  CHECK(header_of(reply, "tracestate") == "shop=1");
  co_await at.end();
  CHECK(at.with.posts.empty());
}

weir::task<> begin_unrecorded(traced_floor at) {
  at.start();
  const auto first = co_await send_letter(at.on, letter(1, "any"));
  const auto reply = co_await message_at(at.on.jetstream, "LETTERS", first + 1);
  const auto made = weir::trace_context::parse(header_of(reply, "traceparent"));
  REQUIRE(made.has_value());
  CHECK_FALSE(made->sampled);
  const auto second = co_await send_letter(at.on, letter(2, "any"), of_trace(true));
  const auto other = co_await message_at(at.on.jetstream, "LETTERS", second + 1);
  CHECK(header_of(other, "traceparent") == of_trace(false));
  co_await at.end();
  CHECK(at.with.posts.empty());
}

weir::task<> begin_one(traced_floor at) {
  at.start();
  const auto first = co_await send_letter(at.on, letter(1, "any"), "no trace at all");
  const auto reply = co_await message_at(at.on.jetstream, "LETTERS", first + 1);
  co_await at.end();
  const received_span process = only(at.with, "process letters.sent");
  CHECK(process.parent_id.empty());
  CHECK(process.trace_state.empty());
  CHECK(only(at.with, "receive LETTERS").parent_id == process.span_id);
  const received_span sent = only(at.with, "send letters.answered");
  CHECK(sent.parent_id == process.span_id);
  CHECK(header_of(reply, "traceparent") == parent_of(sent));
}

}  // namespace

TEST_CASE("a message's handling is a part of its trace, and so is what it publishes") {
  SUBCASE("without a database") { play_traced(make_service<answer>(), follow_one); }
  SUBCASE("in a transaction") { play_traced(make_service<store_alone>(), follow_transaction); }
  SUBCASE("in a group commit") { play_traced(make_service<store_together>(), follow_group); }
  SUBCASE("in a batch of one") { play_traced(make_service<store_many>(), follow_batch_of_one); }
}

TEST_CASE("the handling of many messages is linked to the traces that are recorded") {
  play_traced(make_service<store_many>(), link_batch);
}

TEST_CASE("each try has a span, and a dead letter leads to the last one") {
  SUBCASE("without a database") { play_traced(make_service<answer>(), follow_failures); }
  SUBCASE("in a transaction") { play_traced(make_service<store_alone>(), follow_failures); }
  SUBCASE("in a group commit") { play_traced(make_service<store_together>(), follow_failures); }
}

TEST_CASE("an event that waits, or that a crash has left, keeps its trace") {
  SUBCASE("until it is due") { play_traced(make_service<store_alone>(), follow_delayed); }
  SUBCASE("until it is swept") { play_traced(make_service<store_alone>(), follow_swept); }
}

TEST_CASE("a trace that is not recorded is handed on, and costs no span") {
  play_traced(make_service<store_alone>(), follow_unrecorded);
}

TEST_CASE("that no trace is recorded is told to those who come next") {
  play_traced(make_service<store_alone>(), begin_unrecorded,
              {{"OTEL_TRACES_SAMPLER", "always_off"}});
}

TEST_CASE("a message without a trace begins one") {
  play_traced(make_service<store_alone>(), begin_one);
}

TEST_SUITE_END();
