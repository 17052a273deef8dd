// SPDX-License-Identifier: Apache-2.0
#include "orders.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::pull_event::kind;

task<> make_with_one_waiting(orders& in) {
  co_await in.js.ensure_stream(orders_stream());
  nats::consumer_config config = worker_consumer();
  config.max_waiting = 1;
  co_await in.js.ensure_consumer("ORDERS", config);
}

task<> take_one(nats::consumer& from, std::string& into) {
  auto one = co_await from.next(30s);
  REQUIRE(one.has_value());
  into = one->payload();
  co_await one->ack_sync();
}

/// Waits as the only pull that may wait, while `meanwhile(taken)` runs.
template <class Body>
task<> while_one_waits(orders& in, Body meanwhile) {
  nats::consumer first = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  std::string taken;
  co_await with_scope([&](scope& waiting) -> task<> {
    waiting.spawn(take_one(first, taken));
    co_await in.info_when([](const auto& now) { return now.waiting_pulls == 1; });
    co_await meanwhile();
    co_await waiting.join();
  });
  CHECK(taken == "0");
}

task<> fetch_beyond_max_waiting(nats::connection& link) {
  orders in(link);
  co_await make_with_one_waiting(in);
  nats::consumer second = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  co_await while_one_waits(in, [&]() -> task<> {
    const nats::fetched got = co_await second.fetch(1, 30s);
    CHECK(got.end == nats::fetch_end::busy);
    CHECK(contains(got.reason, "Exceeded MaxWaiting"));
    co_await in.publish(0, 1);
  });
  co_await in.publish(1, 2);
  const nats::fetched got = co_await second.fetch(1, 30s);
  CHECK(got.end == nats::fetch_end::complete);
}

/// Servers from 2.11.5 on say nothing to a pull with heartbeats, and its silence is noticed.
task<> pull_beyond_max_waiting(nats::connection& link) {
  orders in(link);
  co_await make_with_one_waiting(in);
  std::vector<nats::pull_event> told;
  manual_reset_event came;
  nats::pull_options options{.slots = 1, .expires = 10s, .heartbeat = 50ms};
  options.on_event = [&](const nats::pull_event& one) {
    told.push_back(one);
    came.set();
  };
  std::optional<nats::pull_source> source;
  co_await while_one_waits(in, [&]() -> task<> {
    source.emplace(co_await nats::pull_source::open(in.js, "ORDERS", "worker", options));
    co_await came.wait();
    co_await in.publish(0, 1);
  });
  CHECK((told[0].what == kind::trouble || told[0].what == kind::heartbeats_missed));
  CHECK(contains(told[0].text, "consumer worker of stream ORDERS"));
  if (told[0].what == kind::trouble) CHECK(contains(told[0].text, "Exceeded MaxWaiting"));
  co_await in.publish(1, 2);
  auto one = co_await source->next();
  REQUIRE(one.has_value());
  CHECK(one->payload() == "1");
  co_await one->ack_sync();
  co_await source->close();
}

task<> fetch_at_max_ack_pending(nats::connection& link) {
  orders in(link);
  co_await in.make(3);
  nats::consumer_config one = worker_consumer();
  one.max_ack_pending = 1;
  co_await in.js.ensure_consumer("ORDERS", one);
  nats::consumer worker = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  nats::fetched held = co_await worker.fetch(2, 100ms);
  REQUIRE(held.messages.size() == 1);
  CHECK(held.end == nats::fetch_end::timeout);
  const nats::fetched none = co_await worker.fetch(1, 100ms);
  CHECK(none.messages.empty());
  CHECK(none.end == nats::fetch_end::timeout);
  co_await held.messages[0].ack_sync();
  nats::fetched next = co_await worker.fetch(1, 30s);
  REQUIRE(next.messages.size() == 1);
  CHECK(next.messages[0].payload() == "1");
}

task<> delete_stream_under_fetch(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(0);
  co_await with_scope([&](scope& beside) -> task<> {
    beside.spawn([&]() -> task<> {
      co_await in.info_when([](const auto& now) { return now.waiting_pulls == 1; });
      co_await in.js.delete_stream("ORDERS");
    });
    const nats::fetched got =
        co_await worker.fetch({.count = 1, .expires = 30s, .heartbeat = 100ms});
    CHECK(got.end == nats::fetch_end::consumer_deleted);
    co_await beside.join();
  });
}

}  // namespace

TEST_SUITE("nats.pull_limits") {
  TEST_CASE("a fetch beyond max_waiting says so at once, and the next one may work") {
    live_server server;
    with_connection(server.options(), fetch_beyond_max_waiting);
  }
  TEST_CASE("a source beyond max_waiting is told of, and goes on when there is room") {
    live_server server;
    with_connection(server.options(), pull_beyond_max_waiting);
  }
  TEST_CASE("a fetch at max_ack_pending ends with its time, and goes on after an acknowledgement") {
    live_server server;
    with_connection(server.options(), fetch_at_max_ack_pending);
  }
  TEST_CASE("a fetch whose stream is deleted ends and says that the consumer is gone") {
    live_server server;
    with_connection(server.options(), delete_stream_under_fetch);
  }
}
