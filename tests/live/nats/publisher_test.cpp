// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "backends.hpp"
#include "orders.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> publish_and_read_back(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  const nats::publish_ack ack = co_await js.publish(nats::subject("orders.created"), "hello");
  CHECK(ack.stream == "ORDERS");
  CHECK(ack.sequence == 1);
  CHECK_FALSE(ack.duplicate);
  const nats::stored_message stored = co_await js.get_message("ORDERS", 1);
  CHECK(stored.subject == "orders.created");
  CHECK(stored.payload == "hello");
}

task<> publish_twice(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  const nats::subject to("orders.created");
  const nats::publish_ack first = co_await js.publish(to, "one", {.msg_id = "same"});
  const nats::publish_ack second = co_await js.publish(to, "two", {.msg_id = "same"});
  CHECK_FALSE(first.duplicate);
  CHECK(second.duplicate);
  CHECK(second.sequence == first.sequence);
  const nats::stream_info info = co_await js.stream_info("ORDERS");
  CHECK(info.messages == 1);
}

task<> publish_headers(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  const nats::headers sent{{"traceparent", "00-ab-cd-01"}, {"Tag", "a"}, {"Tag", "b: c"}};
  co_await js.publish(nats::subject("orders.created"), "", {.msg_id = "id-1", .headers = &sent});
  const nats::stored_message stored = co_await js.get_message("ORDERS", 1);
  CHECK(stored.payload.empty());
  std::vector<std::pair<std::string, std::string>> got = stored.headers;
  std::sort(got.begin(), got.end());
  const std::vector<std::pair<std::string, std::string>> wanted{
      {"Nats-Msg-Id", "id-1"}, {"Tag", "a"}, {"Tag", "b: c"}, {"traceparent", "00-ab-cd-01"}};
  CHECK(got == wanted);
}

task<> fetch_and_ack(nats::connection& link) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  co_await js.ensure_consumer("ORDERS", worker_consumer());
  for (int i = 0; i < 3; ++i) co_await js.publish(nats::subject("orders.created"), "x");
  nats::consumer worker = co_await nats::consumer::open(js, "ORDERS", "worker");
  nats::fetched got = co_await worker.fetch(3);
  CHECK(got.end == nats::fetch_end::complete);
  REQUIRE(got.messages.size() == 3);
  CHECK(got.messages[1].info().stream_sequence == 2);
  CHECK(got.messages[1].info().delivered == 1);
  for (auto& one : got.messages) one.ack();
  orders in(link);
  const nats::consumer_info info =
      co_await in.info_when([](const auto& now) { return now.ack_floor_stream_sequence == 3; });
  CHECK(info.ack_pending == 0);
}

}  // namespace

TEST_SUITE("nats.publisher") {
  TEST_CASE("a publication is confirmed with its stream and sequence, and is stored") {
    on_every_server(publish_and_read_back);
  }

  TEST_CASE("a second message with the same id is confirmed as a duplicate and not stored") {
    on_every_server(publish_twice);
  }

  TEST_CASE("headers arrive as they were sent, several of one name too") {
    on_every_server(publish_headers);
  }

  TEST_CASE("what was published is fetched and acknowledged") { on_every_server(fetch_and_ack); }
}
