// SPDX-License-Identifier: Apache-2.0
#include "orders.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> ensure_streams(nats::connection& link) {
  nats::jetstream js(link);
  nats::stream_config config = orders_stream();
  config.max_messages = 2;
  config.duplicate_window = 1min;
  const nats::stream_info made = co_await js.ensure_stream(config);
  CHECK(made.messages == 0);
  co_await js.publish(nats::subject("orders.a"), "1");
  const nats::stream_info same = co_await js.ensure_stream(config);
  CHECK(same.messages == 1);

  nats::stream_config wider;  // says nothing of max_messages, which must stay
  wider.name = "ORDERS";
  wider.subjects = {"orders.>", "returns.*"};
  const nats::stream_info changed = co_await js.ensure_stream(wider);
  CHECK(changed.subjects == wider.subjects);
  CHECK(changed.messages == 1);
  for (int i = 0; i < 3; ++i) co_await js.publish(nats::subject("returns.a"), "2");
  const nats::stream_info full = co_await js.stream_info("ORDERS");
  CHECK(full.messages == 2);
  CHECK(full.last_sequence == 4);
}

task<> refuse_streams(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  nats::stream_config memory = orders_stream();
  memory.storage = nats::storage_type::memory;
  const auto storage = co_await error_of(js.ensure_stream(memory));
  REQUIRE(storage.has_value());
  CHECK(storage->disposition() == disposition::permanent);
  CHECK(contains(storage->message(), "stream ORDERS: the server refused"));
  CHECK(contains(storage->message(), "storage type"));

  nats::stream_config other = orders_stream();
  other.name = "OTHER";
  const auto overlap = co_await error_of(js.ensure_stream(other));
  REQUIRE(overlap.has_value());
  CHECK(contains(overlap->message(), "subjects overlap"));

  const auto missing = co_await error_of(js.stream_info("NONE"));
  REQUIRE(missing.has_value());
  CHECK(missing->is(errc::not_found));
  const auto hostile = co_await error_of(js.stream_info("A\r\nPUB x 0"));
  REQUIRE(hostile.has_value());
  CHECK(hostile->is(errc::invalid_argument));
}

task<> ensure_consumers(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  nats::consumer_config config = worker_consumer();
  config.filter_subject = "orders.created";
  config.ack_wait = 7s;
  config.max_deliver = 5;
  const nats::consumer_info made = co_await js.ensure_consumer("ORDERS", config);
  CHECK(made.ack_wait == 7s);
  CHECK(made.max_deliver == 5);
  CHECK(made.max_ack_pending == 1000);
  co_await js.publish(nats::subject("orders.paid"), "");
  co_await js.publish(nats::subject("orders.created"), "");

  nats::consumer_config slower = worker_consumer();
  slower.ack_wait = 8s;
  const nats::consumer_info changed = co_await js.ensure_consumer("ORDERS", slower);
  CHECK(changed.ack_wait == 8s);
  CHECK(changed.max_deliver == 5);
  CHECK(changed.pending == 1);

  nats::consumer_config refused = worker_consumer();
  refused.deliver = nats::deliver_policy::new_messages;
  const auto why = co_await error_of(js.ensure_consumer("ORDERS", refused));
  REQUIRE(why.has_value());
  CHECK(contains(why->message(), "consumer worker of stream ORDERS: the server refused"));
  CHECK(contains(why->message(), "deliver policy"));
  const auto missing = co_await error_of(js.ensure_consumer("NONE", refused));
  REQUIRE(missing.has_value());
  CHECK(missing->is(errc::not_found));
}

task<> delete_and_purge(nats::connection& link) {
  orders in(link);
  co_await in.make(3);
  CHECK(co_await in.js.purge_stream("ORDERS") == 3);
  const auto gone = co_await error_of(in.js.get_message("ORDERS", 1));
  REQUIRE(gone.has_value());
  CHECK(gone->is(errc::not_found));
  co_await in.js.delete_consumer("ORDERS", "worker");
  CHECK(co_await error_of(in.info()));
  co_await in.js.delete_stream("ORDERS");
  CHECK(co_await error_of(in.js.stream_info("ORDERS")));
}

}  // namespace

TEST_SUITE("nats.ensure") {
  TEST_CASE("a stream is made, left alone when it fits, and changed only where told") {
    live_server server;
    with_connection(server.options(), ensure_streams);
  }
  TEST_CASE("what the server refuses of a stream is thrown with its words") {
    live_server server;
    with_connection(server.options(), refuse_streams);
  }
  TEST_CASE("a consumer is made, changed only where told, or refused with the server's words") {
    live_server server;
    with_connection(server.options(), ensure_consumers);
  }
  TEST_CASE("streams are purged, and streams and consumers deleted") {
    live_server server;
    with_connection(server.options(), delete_and_purge);
  }
}
