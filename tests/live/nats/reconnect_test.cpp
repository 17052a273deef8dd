// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "orders.hpp"
#include "told.hpp"
#include "weir/blocking.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

task<> crash(live_server& server) {
  co_await blocking([&server] {
    server->kill_hard();
    server->start();
  });
}

task<> publish_through_crash(nats::connection& link, live_server& server) {
  constexpr int count = 20000;
  constexpr int crash_at = 5000;
  orders in(link);
  co_await in.make(0);
  std::vector<nats::publication> sent;
  scope crashing;
  for (int i = 0; i < count; ++i) {
    if (i == crash_at) crashing.spawn(crash(server));
    sent.push_back(co_await in.js.publish_later(in.created, std::to_string(i)));
    // Confirmed now and then, so that the crash falls between publications in flight.
    if (i >= 2000) co_await sent[static_cast<std::size_t>(i - 2000)].confirmed();
  }
  std::set<std::uint64_t> sequences;
  for (auto& one : sent) sequences.insert((co_await one.confirmed()).sequence);
  co_await crashing.join();
  CHECK(sequences.size() == count);

  const nats::stream_info info = co_await in.js.stream_info("ORDERS");
  CHECK(info.messages == count);
  std::set<std::string> bodies;
  nats::consumer reader = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  while (bodies.size() < count) {
    nats::fetched got = co_await reader.fetch(1000, 0s);
    if (got.messages.empty()) break;
    for (auto& one : got.messages) {
      bodies.emplace(one.payload());
      one.ack();
    }
  }
  CHECK(bodies.size() == count);
}

/// Those that wait for their confirmation are sent again in their order, those that were begun
/// during the outage behind them.
task<> keep_order(nats::connection& link, live_server& server, told& heard) {
  constexpr int count = 3000;
  orders in(link);
  co_await in.js.ensure_stream(orders_stream());
  std::vector<nats::publication> sent;
  for (int i = 0; i < count; ++i) {
    if (i % 100 == 0) co_await yield();  // So that the crash falls between those in flight.
    if (i == 1000) {
      co_await blocking([&server] { server->kill_hard(); });
      co_await heard.next(kind::disconnected);
    }
    if (i == 2000) co_await blocking([&server] { server->start(); });
    sent.push_back(co_await in.js.publish_later(in.created, std::to_string(i)));
  }
  std::uint64_t last = 0;
  for (auto& one : sent) {
    const auto confirmed = co_await one.confirmed();
    CHECK(confirmed.sequence == last + 1);
    last = confirmed.sequence;
  }
  for (const int i : {0, 1, 999, 1000, 1001, 1999, 2000, count - 1}) {
    const auto stored = co_await in.js.get_message("ORDERS", static_cast<std::uint64_t>(i) + 1);
    CHECK(stored.payload == std::to_string(i));
  }
  const nats::stream_info info = co_await in.js.stream_info("ORDERS");
  CHECK(info.messages == count);
}

task<> work(nats::pull_source& source, std::set<int>& seen, manual_reset_event& some) {
  while (auto one = co_await source.next()) {
    seen.insert(std::stoi(std::string(one->payload())));
    if (seen.size() == 500) some.set();
    one->ack();
  }
}

task<> consume_through_crash(nats::connection& link, live_server& server) {
  constexpr int count = 5000;
  orders in(link);
  co_await in.make(count, 1s);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", {.slots = 50});
  std::set<int> seen;
  manual_reset_event some;
  scope workers;
  for (int i = 0; i < 4; ++i) workers.spawn(work(source, seen, some));
  co_await some.wait();
  co_await crash(server);
  co_await in.info_when_acknowledged(count);
  CHECK(seen.size() == count);
  CHECK(source.unfinished() == 0);
  source.stop();
  co_await workers.join();
  co_await source.close();
}

task<> ack_over_restart(nats::connection& link, live_server& server, told& heard) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1, 1min);
  nats::fetched got = co_await worker.fetch(1);
  REQUIRE(got.messages.size() == 1);
  // Not a crash: a server that is killed may have forgotten a delivery a moment old.
  co_await blocking([&server] { server->stop(); });
  co_await heard.next(kind::disconnected);
  got.messages[0].ack();  // while there is no connection
  co_await blocking([&server] { server->start(); });
  co_await link.wait_connected();
  const nats::consumer_info info =
      co_await in.info_when([](const auto& now) { return now.ack_floor_stream_sequence == 1; });
  CHECK(info.ack_pending == 0);
}

task<> wait_for_server(nats::connection& link, live_server& server, told& heard) {
  const nats::connection_event failed = co_await heard.next(kind::connect_failed);
  CHECK_FALSE(link.is_connected());
  CHECK(failed.attempt >= 1);
  CHECK(contains(failed.reason, failed.server));
  CHECK_FALSE(contains(failed.reason, "secret"));
  const auto flush = co_await error_of(link.flush());
  REQUIRE(flush.has_value());
  CHECK(flush->is(errc::unavailable));
  co_await blocking([&server] { server->start(); });
  co_await link.wait_connected();
  orders in(link);
  co_await in.make(1);
}

task<> notice_frozen(nats::connection& link, live_server& server, told& heard) {
  co_await link.wait_connected();
  server->pause();
  const nats::connection_event lost = co_await heard.next(kind::disconnected);
  CHECK(contains(lost.reason, "no sign of life"));
  const std::size_t from = heard.all.size();
  server->resume();
  co_await heard.next(kind::connected, from);
  co_await link.flush();
  CHECK(link.is_connected());
}

task<> give_up_publishing(nats::connection& link, live_server& server, told& heard) {
  orders in(link);
  co_await in.make(0);
  co_await blocking([&server] { server->kill_hard(); });
  co_await heard.next(kind::disconnected);
  const auto down =
      co_await error_of(in.js.publish(in.created, "x", {.msg_id = "a-1", .timeout = 300ms}));
  REQUIRE(down.has_value());
  CHECK(down->is(errc::deadline_exceeded));
  CHECK(down->disposition() == disposition::retry);
  CHECK(contains(down->message(), "orders.created"));
  CHECK(contains(down->message(), "a-1"));
  co_await blocking([&server] { server->start(); });
  co_await in.js.publish(in.created, "x", {.msg_id = "a-1"});
  const auto nobody =
      co_await error_of(in.js.publish(nats::subject("nobody.listens"), "x", {.timeout = 300ms}));
  REQUIRE(nobody.has_value());
  CHECK(contains(nobody->message(), "no stream listens"));
}

task<> wait_for_ever(nats::pull_source& source) { co_await source.next(); }
task<> confirm(nats::jetstream js) { co_await js.publish(nats::subject("nobody.listens"), "x"); }
task<> ask(nats::jetstream js) { co_await js.stream_info("ORDERS"); }
task<> fetch(nats::consumer& worker) { co_await worker.fetch(1, 30s); }
task<> flush(nats::connection& link) { co_await link.flush(); }

task<> cancel_everything(nats::connection& link, live_server& server) {
  orders in(link);
  nats::consumer worker = co_await in.worker(0);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker");
  server->pause();
  for (int round = 0; round < 3; ++round) {
    scope waiting;
    waiting.spawn(wait_for_ever(source));
    waiting.spawn(confirm(in.js));
    waiting.spawn(ask(in.js));
    waiting.spawn(fetch(worker));
    waiting.spawn(flush(link));
    const auto joined = co_await error_of(with_timeout(20ms * round, as_task(waiting.join())));
    CHECK(joined.has_value());
    CHECK(waiting.size() == 0);
  }
  server->resume();
  co_await in.publish(0, 1);
  co_await link.flush();
  co_await source.close();
  const nats::stream_info info = co_await in.js.stream_info("ORDERS");
  CHECK(info.messages == 1);
}

}  // namespace

TEST_SUITE("nats.reconnect") {
  TEST_CASE("what is published while the server is killed and restarted is stored once") {
    live_server server;
    with_connection(server.options(),
                    [&](auto& link) { return publish_through_crash(link, server); });
  }
  TEST_CASE("publications keep their order over a server that was killed and restarted") {
    live_server server;
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return keep_order(link, server, heard); });
  }
  TEST_CASE("a source goes on after the server was killed and restarted, and misses nothing") {
    live_server server;
    with_connection(server.options(),
                    [&](auto& link) { return consume_through_crash(link, server); });
  }
  TEST_CASE("an acknowledgement without a connection is sent when there is one again") {
    live_server server;
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return ack_over_restart(link, server, heard); });
  }
  TEST_CASE("a server that is down at first is waited for, and no error shows the password") {
    live_server server;
    server->stop();
    told heard;
    nats::connection_options options = server.options();
    options.url = "nats://me:secret@127.0.0.1:" + std::to_string(server->port());
    with_connection(heard.listen(options),
                    [&](auto& link) { return wait_for_server(link, server, heard); });
  }
  TEST_CASE("a server that stands still is noticed, and used again when it goes on") {
    live_server server;
    told heard;
    nats::connection_options options = heard.listen(server.options());
    options.probe_interval = 20ms;
    options.probe_timeout = 200ms;
    options.connect_timeout = 200ms;
    with_connection(options, [&](auto& link) { return notice_frozen(link, server, heard); });
  }
  TEST_CASE("a publication that cannot be confirmed fails at its deadline and says why") {
    live_server server;
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return give_up_publishing(link, server, heard); });
  }
  TEST_CASE("every wait can be cancelled, and the connection goes on") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return cancel_everything(link, server); });
  }
}
