// SPDX-License-Identifier: Apache-2.0
#include "orders.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> fetch_without_waiting(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(2);
  const nats::fetch_options eager{.count = 10, .expires = 30s, .no_wait = true};
  nats::fetched got = co_await worker.fetch(eager);
  CHECK(got.messages.size() == 2);
  for (auto& one : got.messages) one.ack();
  // There is nothing: now it waits, and ends with the first that comes.
  scope later;
  later.spawn(in.publish(2, 3));
  got = co_await worker.fetch(eager);
  CHECK(got.messages.size() == 1);
  for (auto& one : got.messages) one.ack();
  co_await later.join();
  const nats::fetched none = co_await worker.fetch({.count = 1, .expires = 0s});
  CHECK(none.end == nats::fetch_end::no_messages);
}

task<> fetch_by_bytes(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(0);
  const std::string body(1000, 'x');
  for (int i = 0; i < 5; ++i) co_await in.js.publish(in.created, body);
  const nats::fetch_options some{.count = 5, .expires = 10s, .max_bytes = 2500};
  nats::fetched got = co_await worker.fetch(some);
  CHECK(got.end == nats::fetch_end::max_bytes);
  REQUIRE(got.messages.size() == 2);
  CHECK(got.messages[0].wire_size() + got.messages[1].wire_size() <= 2500);
  for (auto& one : got.messages) one.ack();
  const nats::fetch_options little{.count = 5, .expires = 10s, .max_bytes = 500};
  got = co_await worker.fetch(little);
  CHECK(got.messages.empty());
  CHECK(got.end == nats::fetch_end::max_bytes);
  CHECK(got.reason == "409 Message Size Exceeds MaxBytes");
}

/// The server counts the bytes of a message as wire_size() does, to the last one.
task<> count_bytes(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(0, 1min);
  const nats::headers with{{"Tag", "a"}, {"Tag", "b"}, {"traceparent", "00-ab"}};
  co_await in.js.publish(in.created, "hello", {.headers = &with});
  nats::fetched got = co_await worker.fetch(1);
  REQUIRE(got.messages.size() == 1);
  const std::size_t size = got.messages[0].wire_size();
  got.messages[0].nak();
  const nats::fetch_options less{.count = 1, .expires = 10s, .max_bytes = size - 1};
  got = co_await worker.fetch(less);
  CHECK(got.end == nats::fetch_end::max_bytes);
  const nats::fetch_options exact{.count = 1, .expires = 10s, .max_bytes = size};
  got = co_await worker.fetch(exact);
  REQUIRE(got.messages.size() == 1);
  CHECK(got.messages[0].wire_size() == size);
  got.messages[0].ack();
}

task<> fetch_in_silence(nats::connection& link, live_server& server) {
  orders in(link);
  nats::consumer worker = co_await in.worker(0);
  server->pause();
  const nats::fetch_options watched{.count = 1, .expires = 1h, .heartbeat = 50ms};
  scope resuming;
  const auto resume = [&]() -> task<> {
    co_await in.info();  // Not answered before the server goes on.
  };
  resuming.spawn(resume());
  const auto got = co_await error_of(with_timeout(2s, worker.fetch(watched)));
  server->resume();
  co_await resuming.join();
  // The fetch itself ended within the time, or was asking whether the consumer is there still.
  if (got) CHECK(got->is(errc::deadline_exceeded));
  co_await in.publish(0, 1);
  nats::fetched after = co_await worker.fetch(watched);
  REQUIRE(after.messages.size() == 1);
  after.messages[0].ack();
}

task<> take_next(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1);
  auto one = co_await worker.next();
  REQUIRE(one.has_value());
  CHECK(one->payload() == "0");
  one->ack();
  CHECK_FALSE((co_await worker.next(0s)).has_value());
  CHECK_FALSE((co_await worker.next(20ms)).has_value());
  co_await in.js.delete_consumer("ORDERS", "worker");
  const auto gone = co_await error_of(worker.next(10s));
  REQUIRE(gone.has_value());
  CHECK(gone->is(errc::not_found));
}

task<> refuse_group(nats::consumer& worker) {
  const nats::fetch_options grouped{.priority = {.group = "A"}};
  const auto old = co_await error_of(worker.fetch(grouped));
  REQUIRE(old.has_value());
  CHECK(old->is(errc::unsupported));
  CHECK(contains(old->message(), "2.11"));
}

task<> refuse_options(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1);
  const nats::fetch_options hasty{.expires = 1s, .heartbeat = 600ms};
  const auto refused = co_await error_of(worker.fetch(hasty));
  REQUIRE(refused.has_value());
  CHECK(refused->is(errc::invalid_argument));
  CHECK(contains(refused->message(), "half of expires"));
  if (link.server().version < nats::server_version{2, 11}) co_await refuse_group(worker);
  const nats::fetched got = co_await worker.fetch(1);  // The turn was given back.
  CHECK(got.messages.size() == 1);
}

}  // namespace

TEST_SUITE("nats.fetch_options") {
  TEST_CASE("a fetch with no_wait ends with what is there, or with the first that comes") {
    live_server server;
    with_connection(server.options(), fetch_without_waiting);
  }
  TEST_CASE("a fetch takes no more bytes than asked for") {
    live_server server;
    with_connection(server.options(), fetch_by_bytes);
  }
  TEST_CASE("bytes are counted as the server counts them") {
    live_server server;
    with_connection(server.options(), count_bytes);
  }
  TEST_CASE("a fetch without heartbeats ends long before its time, and the next one works") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return fetch_in_silence(link, server); });
  }
  TEST_CASE("next gives one message, nothing in time, or the reason why there will be none") {
    live_server server;
    with_connection(server.options(), take_next);
  }
  TEST_CASE("options that cannot be used are refused, and what the server is too old for") {
    live_server server;
    with_connection(server.options(), refuse_options);
  }
}
