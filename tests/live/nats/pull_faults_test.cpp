// SPDX-License-Identifier: Apache-2.0
#include "orders.hpp"
#include "weir/blocking.hpp"
#include "weir/sleep.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::pull_event::kind;

/// What a source has told, and a way to wait for it.
struct heard {
  nats::pull_options listen(nats::pull_options options) {
    options.on_event = [this](const nats::pull_event& one) {
      all.push_back(one);
      came.set();
    };
    return options;
  }
  task<nats::pull_event> first(kind what) {
    for (std::size_t at = 0;; ++at) {
      while (at >= all.size()) {
        came.reset();
        co_await came.wait();
      }
      if (all[at].what == what) co_return all[at];
    }
  }

  std::vector<nats::pull_event> all;
  manual_reset_event came;
};

task<nats::pull_source> open(orders& in, nats::pull_options options) {
  return nats::pull_source::open(in.js, "ORDERS", "worker", std::move(options));
}

task<> reach_max_ack_pending(nats::connection& link) {
  orders in(link);
  co_await in.make(5);
  nats::consumer_config two = worker_consumer();
  two.max_ack_pending = 2;
  co_await in.js.ensure_consumer("ORDERS", two);
  nats::consumer other = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  nats::fetched held = co_await other.fetch(2);
  REQUIRE(held.messages.size() == 2);

  heard told;
  auto source = co_await open(in, told.listen({.slots = 4, .expires = 10s, .heartbeat = 20ms}));
  const nats::pull_event stalled = co_await told.first(kind::max_ack_pending);
  CHECK(contains(stalled.text, "consumer worker of stream ORDERS"));
  CHECK(contains(stalled.text, "3 wait: 2 are delivered"));
  CHECK(source.counters().stalls >= 1);
  for (auto& one : held.messages) one.ack();
  for (int i = 2; i < 5; ++i) {
    auto one = co_await source.next();
    REQUIRE(one.has_value());
    CHECK(one->payload() == std::to_string(i));
    one->ack();
  }
  co_await source.close();
}

task<> keep_within_bytes(nats::connection& link) {
  constexpr std::size_t window = 2000;
  orders in(link);
  co_await in.make(0);
  const nats::headers with{{"Tag", "a value"}};
  for (int i = 0; i < 20; ++i) {
    const std::string body(300, 'x');
    co_await in.js.publish(in.created, body, {.headers = &with});
  }
  auto source = co_await open(in, {.slots = 100, .max_bytes = window});
  std::vector<nats::delivery> held;
  std::size_t bytes = 0;
  std::uint64_t got = 0;
  while (got < 20) {
    if (source.unfinished() == held.size() && bytes + 400 > window) {
      for (auto& one : held) one.ack();
      held.clear();
      bytes = 0;
    }
    auto one = co_await source.next();
    REQUIRE(one.has_value());
    bytes += one->wire_size();
    CHECK(bytes <= window);
    held.push_back(std::move(*one));
    ++got;
  }
  held.clear();
  co_await source.close();
}

task<> take_what_is_too_large(nats::connection& link) {
  orders in(link);
  co_await in.make(1);
  const std::string large(5000, 'x');
  co_await in.js.publish(in.created, large);
  co_await in.publish(2, 3);
  heard told;
  auto source = co_await open(in, told.listen({.slots = 10, .max_bytes = 1000}));
  for (int i = 0; i < 3; ++i) {
    auto one = co_await source.next();
    REQUIRE(one.has_value());
    CHECK(one->info().stream_sequence == static_cast<std::uint64_t>(i) + 1);
    one->ack();
  }
  CHECK(source.counters().pulls < 10);  // no pull after pull for what cannot come
  const nats::pull_event told_of = co_await told.first(kind::exceeds_max_bytes);
  CHECK(contains(told_of.text, "max_bytes (1000)"));
  co_await source.close();
}

task<> miss_heartbeats(nats::connection& link, live_server& server) {
  orders in(link);
  co_await in.make(0);
  heard told;
  auto source = co_await open(in, told.listen({.slots = 4, .expires = 10s, .heartbeat = 50ms}));
  co_await in.info_when([](const auto& now) { return now.waiting_pulls == 1; });
  server->pause();
  co_await told.first(kind::heartbeats_missed);
  server->resume();
  co_await in.publish(0, 3);
  for (int i = 0; i < 3; ++i) {
    auto one = co_await source.next();
    REQUIRE(one.has_value());
    CHECK(one->payload() == std::to_string(i));
    one->ack();
  }
  CHECK(source.counters().heartbeats_missed >= 1);
  co_await source.close();
}

task<> delete_stream_under_it(nats::connection& link) {
  orders in(link);
  co_await in.make(1);
  auto source = co_await open(in, {.slots = 2, .expires = 1s, .heartbeat = 50ms});
  auto first = co_await source.next();
  REQUIRE(first.has_value());
  first->ack();
  co_await in.js.delete_stream("ORDERS");
  const auto ended = co_await error_of(source.next());
  REQUIRE(ended.has_value());
  CHECK(ended->is(errc::not_found));
  co_await source.close();
}

task<> drop_what_expired(nats::connection& link, live_server& server) {
  orders in(link);
  co_await in.make(2, 400ms);
  heard told;
  auto source = co_await open(in, told.listen({.slots = 2}));
  while (source.unfinished() < 2 || source.counters().messages < 2) co_await link.flush();
  co_await blocking([&server] { server->kill_hard(); });
  co_await told.first(kind::deliveries_expired);
  while (source.unfinished() > 0) co_await sleep(1ms);
  CHECK(source.counters().expired == 2);
  co_await blocking([&server] { server->start(); });
  for (int i = 0; i < 2; ++i) {
    auto one = co_await source.next();
    REQUIRE(one.has_value());
    one->ack();
  }
  // Not that each was delivered twice: a server that is killed may forget the first time.
  co_await in.info_when_acknowledged(2);
  co_await source.close();
}

}  // namespace

TEST_SUITE("nats.pull_faults") {
  TEST_CASE("a consumer that has reached max_ack_pending is told of, and goes on when it can") {
    live_server server;
    with_connection(server.options(), reach_max_ack_pending);
  }
  TEST_CASE("the bytes that are unfinished never exceed max_bytes") {
    live_server server;
    with_connection(server.options(), keep_within_bytes);
  }
  TEST_CASE("a message larger than max_bytes is told of and comes by itself, in its turn") {
    live_server server;
    with_connection(server.options(), take_what_is_too_large);
  }
  TEST_CASE("a server that stands still is told of, and pulled from again when it goes on") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return miss_heartbeats(link, server); });
  }
  TEST_CASE("a source whose stream is deleted says so") {
    live_server server;
    with_connection(server.options(), delete_stream_under_it);
  }
  TEST_CASE("messages that waited past their ack_wait are dropped, and come again") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return drop_what_expired(link, server); });
  }
}
