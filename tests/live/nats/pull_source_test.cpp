// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "backends.hpp"
#include "orders.hpp"
#include "weir/nats/ordered_consumer.hpp"
#include "weir/sleep.hpp"
#include "weir/stream_operators.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> consume(nats::pull_source& source, std::set<int>& seen, std::size_t slots) {
  while (auto one = co_await source.next()) {
    CHECK(source.unfinished() <= slots);
    seen.insert(std::stoi(std::string(one->payload())));
    co_await yield();
    one->ack();
  }
}

task<> consume_all(nats::connection& link) {
  constexpr int count = 3000;
  constexpr std::size_t slots = 32;
  orders in(link);
  co_await in.make(count);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", {.slots = slots});
  std::set<int> seen;
  scope workers;
  for (int i = 0; i < 8; ++i) workers.spawn(consume(source, seen, slots));
  const nats::consumer_info info = co_await in.info_when_acknowledged(count);
  CHECK(seen.size() == count);
  CHECK(info.redelivered == 0);
  co_await in.publish(count, count + 10);  // to a source that has waited
  co_await in.info_when(
      [](const auto& now) { return now.ack_floor_stream_sequence == count + 10; });
  CHECK(source.unfinished() == 0);
  source.stop();
  co_await workers.join();
  co_await source.close();
}

task<> expect_end(nats::pull_source& source) {
  int taken = 0;
  while (co_await source.next()) ++taken;
  CHECK(taken <= 1);
}

/// Everything is destroyed in the turn in which the connection has been closed.
task<> close_the_connection_first(nats::connection_options options) {
  nats::connection link(std::move(options));
  orders in(link);
  co_await in.make(1);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker");
  auto ordered = co_await nats::ordered_consumer::open(in.js, "ORDERS");
  scope waiting;
  waiting.spawn(expect_end(source));
  co_await link.close();
  co_await waiting.join();
  co_await source.close();
  CHECK(source.unfinished() == 0);
}

task<> hold_slots(nats::connection& link) {
  constexpr std::size_t slots = 8;
  orders in(link);
  co_await in.make(100);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", {.slots = slots});
  std::vector<nats::delivery> held;
  while (held.size() < slots) {
    auto more = co_await source.next_batch(slots);
    for (auto& one : more) held.push_back(std::move(one));
  }
  const auto nothing = co_await error_of(with_timeout(100ms, source.next()));
  CHECK(nothing.has_value());
  nats::consumer_info info = co_await in.info();
  CHECK(info.ack_pending == slots);
  CHECK(info.pending == 100 - slots);

  for (int i = 0; i < 3; ++i) held[static_cast<std::size_t>(i)].ack();
  info = co_await in.info_when(
      [](const auto& now) { return now.ack_floor_stream_sequence == 3 && now.pending == 89; });
  CHECK(info.ack_pending == slots);
  while (source.unfinished() < slots) co_await link.flush();  // until they are here, too
  CHECK(source.unfinished() == slots);
  source.stop();  // three wait inside and go back
  info = co_await in.info_when([](const auto& now) { return now.waiting_pulls == 0; });
  CHECK(source.unfinished() == slots - 3);
  held.clear();
  CHECK(source.unfinished() == 0);
  CHECK_FALSE((co_await source.next()).has_value());
  co_await source.close();
}

task<> give_back(nats::connection& link) {
  orders in(link);
  co_await in.make(5);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", {.slots = 5});
  auto first = co_await source.next();
  REQUIRE(first.has_value());
  while (source.unfinished() < 5) co_await link.flush();
  source.stop();
  nats::consumer other = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  nats::fetched back = co_await other.fetch(4);
  CHECK(back.messages.size() == 4);
  for (auto& one : back.messages) {
    CHECK(one.info().delivered == 2);
    one.ack();
  }
  co_await source.close();
  co_await first->ack_sync();  // after the source's end
  const nats::consumer_info info = co_await in.info();
  CHECK(info.ack_floor_stream_sequence == 5);
}

task<> give_back_what_is_on_its_way(nats::connection& link) {
  constexpr std::size_t many = 900;  // below the max_ack_pending that a server sets by itself
  orders in(link);
  co_await in.make(many);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", {.slots = many});
  auto first = co_await source.next();  // and the server is sending the others
  REQUIRE(first.has_value());
  co_await source.close();
  co_await first->ack_sync();
  // Long before ack_wait has passed.
  nats::consumer other = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  nats::fetched back = co_await other.fetch(many - 1, 10s);
  REQUIRE(back.messages.size() == many - 1);
  for (auto& one : back.messages) one.ack();
  const nats::consumer_info info = co_await in.info_when_acknowledged(many);
  CHECK(info.ack_pending == 0);
}

task<> stream_of_messages(nats::connection& link) {
  constexpr int many = 20;
  orders in(link);
  co_await in.make(many);
  nats::consumer worker = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  std::uint64_t expected = 1;
  {
    auto messages = worker.messages({.slots = 4}) | take(many / 2);
    while (auto came = co_await messages.next()) {
      CHECK(came->info().stream_sequence == expected++);
      came->ack();
    }
  }  // what it had fetched ahead goes back
  nats::fetched back = co_await worker.fetch(many / 2, 10s);
  CHECK(back.messages.size() == std::size_t{many / 2});
  for (auto& one : back.messages) one.ack();

  auto without_end = worker.messages();
  co_await in.publish(many, many + 1);
  auto late = co_await without_end.next();
  REQUIRE(late.has_value());
  late->ack();
  co_await in.js.delete_consumer("ORDERS", "worker");
  const auto over = co_await without_end.next().as_result();
  REQUIRE_FALSE(over.has_value());
  CHECK(over.error().is(errc::not_found));
}

task<> keep_lease(nats::connection& link) {
  orders in(link);
  co_await in.make(2, 1s);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", {.slots = 2});
  auto first = co_await source.next();
  REQUIRE(first.has_value());
  for (int i = 0; i < 12; ++i) {  // three times ack_wait; the other waits inside meanwhile
    first->in_progress();
    co_await sleep(250ms);
  }
  auto second = co_await source.next();
  REQUIRE(second.has_value());
  CHECK(second->info().delivered == 1);
  const nats::consumer_info info = co_await in.info();
  CHECK(info.redelivered == 0);
  first->ack();
  second->ack();
  co_await source.close();
}

task<> short_pulls(nats::connection& link) {
  orders in(link);
  co_await in.make(0);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker",
                                                 {.slots = 4, .expires = 100ms, .heartbeat = 50ms});
  const auto nothing = co_await error_of(with_timeout(1s, source.next()));  // ten pulls or so
  CHECK(nothing.has_value());
  const nats::consumer_info info = co_await in.info();
  CHECK(info.waiting_pulls <= 2);
  co_await in.publish(0, 8);
  for (int i = 0; i < 8; ++i) {
    auto one = co_await source.next();
    REQUIRE(one.has_value());
    one->ack();
  }
  co_await source.close();
}

task<> delete_under_it(nats::connection& link) {
  orders in(link);
  co_await in.make(1);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker");
  auto first = co_await source.next();
  REQUIRE(first.has_value());
  first->ack();
  co_await in.js.delete_consumer("ORDERS", "worker");
  const auto ended = co_await error_of(source.next());
  REQUIRE(ended.has_value());
  CHECK(ended->is(errc::not_found));
  CHECK(contains(ended->message(), "worker"));
  co_await source.close();
}

}  // namespace

TEST_SUITE("nats.pull_source") {
  TEST_CASE("a source ends with its connection, and may be destroyed after it was closed") {
    live_server server;
    loop home;
    home.run(close_the_connection_first(server.options()));
  }
  TEST_CASE("every message is delivered once to one of several tasks, within the slots") {
    on_every_server(consume_all);
  }
  TEST_CASE("no more messages are unfinished than there are slots, at the server too") {
    on_every_server(hold_slots);
  }
  TEST_CASE("a stopped source gives back what waits in it, and what was handed out lives on") {
    on_every_server(give_back);
  }
  TEST_CASE("what is on its way to a source when it closes is given back at once") {
    on_every_server(give_back_what_is_on_its_way);
  }
  TEST_CASE("the messages of a consumer are a stream, which gives back what it had fetched ahead") {
    on_every_server(stream_of_messages);
  }
  TEST_CASE("messages that wait in a source keep their lease") { on_every_server(keep_lease); }
  TEST_CASE("pulls that expire are made again, one for one") { on_every_server(short_pulls); }
  TEST_CASE("a source whose consumer is deleted says so") { on_every_server(delete_under_it); }
}
