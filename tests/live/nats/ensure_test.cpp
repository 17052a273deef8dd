// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "orders.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using nats::ensure_outcome;

task<> ensure_streams(nats::connection& link) {
  nats::jetstream js(link);
  nats::stream_config config = orders_stream();
  config.max_messages = 2;
  config.duplicate_window = 1min;
  CHECK_FALSE((co_await js.compare_stream(config)).exists);
  const auto made = co_await js.ensure_stream(config);
  CHECK(made.outcome == ensure_outcome::created);
  CHECK(made.adjusted.empty());
  CHECK(made.info.messages == 0);
  co_await js.publish(nats::subject("orders.a"), "1");
  const auto same = co_await js.ensure_stream(config);
  CHECK(same.outcome == ensure_outcome::unchanged);
  CHECK(same.info.messages == 1);

  nats::stream_config wider;  // says nothing of max_messages, which must stay
  wider.name = "ORDERS";
  wider.subjects = {"orders.>", "returns.*"};
  const auto changed = co_await js.ensure_stream(wider);
  CHECK(changed.outcome == ensure_outcome::changed);
  REQUIRE(changed.changes.size() == 1);
  CHECK(changed.changes[0].field == "subjects");
  CHECK(changed.changes[0].wanted == R"(["orders.>","returns.*"])");
  CHECK(changed.info.subjects == wider.subjects);
  CHECK(changed.info.config.max_messages == 2);
  for (int i = 0; i < 3; ++i) co_await js.publish(nats::subject("returns.a"), "2");
  const nats::stream_info full = co_await js.stream_info("ORDERS");
  CHECK(full.messages == 2);
  CHECK(full.last_sequence == 4);

  wider.subjects = {"returns.*", "orders.>"};
  wider.max_messages = 2;
  wider.max_bytes = 0;  // no limit, as -1
  CHECK((co_await js.compare_stream(wider)).fits());
}

task<> refuse_streams(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  nats::stream_config memory = orders_stream();
  memory.storage = nats::storage_type::memory;
  memory.max_age = 1h;
  const auto seen = co_await js.compare_stream(memory);
  REQUIRE(seen.differences.size() == 2);
  CHECK(seen.differences[0].field == "max_age");
  CHECK_FALSE(seen.differences[0].is_fixed);
  CHECK(seen.differences[0].is == "0");
  CHECK(seen.differences[0].wanted == "3600000000000");
  CHECK(seen.differences[1].field == "storage");
  CHECK(seen.differences[1].is_fixed);
  const auto storage = co_await error_of(js.ensure_stream(memory));
  REQUIRE(storage.has_value());
  CHECK(storage->disposition() == disposition::permanent);
  CHECK(contains(storage->message(), "stream ORDERS: the server refused"));
  CHECK(contains(storage->message(), "storage type"));
  CHECK(contains(storage->message(), "max_age (is 0, wanted 3600000000000)"));
  CHECK(contains(storage->message(), R"(No server changes storage (is "file", wanted "memory"))"));
  CHECK((co_await js.stream_info("ORDERS")).config.max_age == 0s);

  nats::stream_config other = orders_stream();
  other.name = "OTHER";
  const auto overlap = co_await error_of(js.ensure_stream(other));
  REQUIRE(overlap.has_value());
  CHECK(contains(overlap->message(), "subjects overlap"));

  const auto missing = co_await error_of(js.stream_info("NONE"));
  REQUIRE(missing.has_value());
  CHECK(missing->is(errc::not_found));
  CHECK(contains(missing->message(), "error 10059"));
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
  const auto made = co_await js.ensure_consumer("ORDERS", config);
  CHECK(made.outcome == ensure_outcome::created);
  CHECK(made.info.ack_wait == 7s);
  CHECK(made.info.max_deliver == 5);
  CHECK(made.info.max_ack_pending == 1000);
  CHECK(made.info.config.ack == nats::ack_policy::explicit_ack);
  co_await js.publish(nats::subject("orders.paid"), "");
  co_await js.publish(nats::subject("orders.created"), "");
  CHECK((co_await js.ensure_consumer("ORDERS", config)).outcome == ensure_outcome::unchanged);

  nats::consumer_config slower = worker_consumer();
  slower.ack_wait = 8s;
  const auto changed = co_await js.ensure_consumer("ORDERS", slower);
  CHECK(changed.outcome == ensure_outcome::changed);
  REQUIRE(changed.changes.size() == 1);
  CHECK(changed.changes[0].field == "ack_wait");
  CHECK(changed.info.ack_wait == 8s);
  CHECK(changed.info.max_deliver == 5);
  CHECK(changed.info.pending == 1);

  nats::consumer_config refused = worker_consumer();
  refused.deliver = nats::deliver_policy::new_messages;
  const auto why = co_await error_of(js.ensure_consumer("ORDERS", refused));
  REQUIRE(why.has_value());
  CHECK(contains(why->message(), "consumer worker of stream ORDERS: the server refused"));
  CHECK(contains(why->message(), "deliver policy"));
  CHECK(contains(why->message(), R"(No server changes deliver_policy (is "all", wanted "new"))"));
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
    on_every_server(ensure_streams);
  }
  TEST_CASE("what the server refuses of a stream is thrown with its words") {
    on_every_server(refuse_streams);
  }
  TEST_CASE("a consumer is made, changed only where told, or refused with the server's words") {
    on_every_server(ensure_consumers);
  }
  TEST_CASE("streams are purged, and streams and consumers deleted") {
    on_every_server(delete_and_purge);
  }
}
