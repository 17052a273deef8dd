// SPDX-License-Identifier: Apache-2.0
#include "orders.hpp"
#include "told.hpp"
#include "weir/blocking.hpp"
#include "weir/nats/ordered_consumer.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// The server crashes and starts again without its store: streams and consumers are gone.
task<> come_back_empty(live_server& server) {
  co_await blocking([&server] {
    server->kill_hard();
    server->erase_store();
    server->start();
  });
}

void check_is_gone(const std::optional<error>& ended) {
  REQUIRE(ended.has_value());
  CHECK(ended->is(errc::not_found));
  CHECK(ended->disposition() == disposition::permanent);
  CHECK(contains(ended->message(), "ORDERS"));
}

task<> pull_from_nothing(nats::connection& link, live_server& server) {
  orders in(link);
  co_await in.make(1);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker",
                                                 {.slots = 2, .expires = 10s, .heartbeat = 50ms});
  auto first = co_await source.next();
  REQUIRE(first.has_value());
  co_await come_back_empty(server);
  check_is_gone(co_await error_of(source.next()));
  first->ack();  // Goes nowhere, and harms nothing.
  co_await source.close();

  co_await in.make(1);
  auto again = co_await nats::pull_source::open(in.js, "ORDERS", "worker");
  auto one = co_await again.next();
  REQUIRE(one.has_value());
  CHECK(one->info().stream_sequence == 1);
  co_await one->ack_sync();
  co_await again.close();
}

task<> fetch_from_nothing(nats::connection& link, live_server& server) {
  orders in(link);
  nats::consumer worker = co_await in.worker(0);
  co_await come_back_empty(server);
  const nats::fetched got = co_await worker.fetch({.count = 1, .expires = 10s, .heartbeat = 50ms});
  CHECK(got.end == nats::fetch_end::consumer_deleted);
  CHECK(got.messages.empty());
  check_is_gone(co_await error_of(worker.next(100ms)));
}

task<> read_from_nothing(nats::connection& link, live_server& server) {
  orders in(link);
  co_await in.make(1);
  auto reader = co_await nats::ordered_consumer::open(in.js, "ORDERS");
  const auto first = co_await reader.next();
  REQUIRE(first.has_value());
  co_await come_back_empty(server);
  check_is_gone(co_await error_of(reader.next()));
  co_await reader.close();
}

task<> confirm(nats::publication waiting, std::uint64_t& sequence) {
  sequence = (co_await waiting.confirmed()).sequence;
}

task<> publish_into_nothing(nats::connection& link, live_server& server, told& heard) {
  orders in(link);
  co_await in.make(3);
  const std::size_t known = heard.all.size();
  co_await come_back_empty(server);
  co_await heard.next(nats::connection_event::kind::connected, known);
  const auto refused = co_await error_of(in.js.publish(in.created, "x", {.timeout = 300ms}));
  REQUIRE(refused.has_value());
  CHECK(refused->is(errc::deadline_exceeded));
  CHECK(refused->disposition() == disposition::retry);
  CHECK(contains(refused->message(), "no stream listens on this subject"));

  std::uint64_t sequence = 0;
  co_await with_scope([&](scope& waiting) -> task<> {
    waiting.spawn(confirm(co_await in.js.publish_later(in.created, "y"), sequence));
    co_await link.flush();
    const auto made = co_await in.js.ensure_stream(orders_stream());
    CHECK(made.outcome == nats::ensure_outcome::created);
    co_await waiting.join();
  });
  CHECK(sequence == 1);
}

}  // namespace

TEST_SUITE("nats.emptied_server") {
  TEST_CASE("a source whose server came back empty ends with what is gone, and can be made again") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return pull_from_nothing(link, server); });
  }
  TEST_CASE("a fetch from a server that came back empty says that the consumer is gone") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return fetch_from_nothing(link, server); });
  }
  TEST_CASE("an ordered consumer whose server came back empty ends with what is gone") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return read_from_nothing(link, server); });
  }
  TEST_CASE("publications find no stream on an empty server, and go on once it is made again") {
    live_server server;
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return publish_into_nothing(link, server, heard); });
  }
}
