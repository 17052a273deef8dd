// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "orders.hpp"
#include "weir/when_all.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> short_fetch(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(2);
  nats::fetched got = co_await worker.fetch(5, 200ms);
  CHECK(got.end == nats::fetch_end::timeout);
  CHECK(got.messages.size() == 2);
  const nats::fetched none = co_await worker.fetch(5, 0s);
  CHECK(none.end == nats::fetch_end::no_messages);
  CHECK(none.messages.empty());
  CHECK(contains(none.reason, "404"));
}

task<> fetch_on_deleted(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(0);
  auto both = co_await when_all(worker.fetch(1, 30s), in.js.delete_consumer("ORDERS", "worker"));
  CHECK(std::get<0>(both).end == nats::fetch_end::consumer_deleted);
  const nats::fetched after = co_await worker.fetch(1, 100ms);
  CHECK(after.end == nats::fetch_end::consumer_deleted);
  const auto missing = co_await error_of(nats::consumer::open(in.js, "ORDERS", "worker"));
  REQUIRE(missing.has_value());
  CHECK(missing->is(errc::not_found));
  CHECK(contains(missing->message(), "consumer worker of stream ORDERS"));
}

task<> fetch_after_cancelled(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(0);
  const auto cancelled = co_await error_of(with_timeout(50ms, worker.fetch(2, 30s)));
  REQUIRE(cancelled.has_value());
  CHECK(cancelled->is(errc::deadline_exceeded));
  co_await in.publish(0, 2);  // goes to the pull that still waits at the server
  nats::fetched got = co_await worker.fetch(2, 5s);
  REQUIRE(got.messages.size() == 2);
  CHECK(got.messages[0].payload() == "0");
  CHECK(got.messages[0].info().delivered == 1);
}

task<> kill_while_fetching(nats::connection& link, live_server& server) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1);
  scope killer;
  const auto kill = [](live_server& which) -> task<> {
    which->kill_hard();
    which->start();
    co_return;
  };
  killer.spawn(kill(server));
  nats::fetched cut = co_await worker.fetch(2, 30s);
  co_await killer.join();
  CHECK(cut.end == nats::fetch_end::disconnected);
  if (cut.messages.size() == 1) co_return;
  // What the server had sent into the connection as it died, it sends again after ack_wait.
  const nats::fetched again = co_await worker.fetch(1, 45s);
  CHECK(again.messages.size() == 1);
}

task<> big_messages(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(0);
  const std::string big((1U << 20) - 256, 'x');
  co_await in.js.publish(in.created, big);
  nats::fetched got = co_await worker.fetch(1);
  REQUIRE(got.messages.size() == 1);
  CHECK(got.messages[0].payload() == big);

  const std::string whole(1U << 20, 'y');
  co_await link.publish(in.created, whole);
  got = co_await worker.fetch(1);
  REQUIRE(got.messages.size() == 1);
  CHECK(got.messages[0].payload() == whole);
}

task<> oversized_messages(nats::connection& link) {
  orders in(link);
  co_await in.make(0);
  const std::string big((1U << 20) + 1, 'x');
  const auto late = co_await error_of(link.publish(in.created, big));
  const auto refused = co_await error_of(in.js.publish(in.created, big, {.msg_id = "1"}));
  REQUIRE(late.has_value());
  REQUIRE(refused.has_value());
  CHECK(late->is(errc::limit_exceeded));
  CHECK(contains(late->message(), "1048577 bytes"));
  CHECK(contains(late->message(), "at most 1048576"));
  CHECK(refused->is(errc::limit_exceeded));
  CHECK(refused->disposition() == disposition::permanent);
  CHECK(link.is_connected());
}

}  // namespace

TEST_SUITE("nats.fetch") {
  TEST_CASE("a short fetch gives what there is and says why it ended") {
    on_every_server(short_fetch);
  }
  TEST_CASE("a fetch from a consumer that is deleted ends and says so") {
    on_every_server(fetch_on_deleted);
  }
  TEST_CASE("messages that come after a fetch was cancelled are given by the next") {
    on_every_server(fetch_after_cancelled);
  }
  TEST_CASE("a fetch ends when the server is killed, and the next one waits for its return") {
    live_server server;
    with_connection(server.options(),
                    [&](auto& link) { return kill_while_fetching(link, server); });
  }
  TEST_CASE("messages of 1 MiB come through whole") { on_every_server(big_messages); }
  TEST_CASE("a message above the server's limit is refused before it is sent, with both sizes") {
    on_every_server(oversized_messages);
  }
}
