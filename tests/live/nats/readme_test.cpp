// SPDX-License-Identifier: Apache-2.0
// The code that sdk/README.md quotes about NATS, run.
#include "fixture.hpp"

using namespace weir::test;

namespace {

namespace nats = weir::nats;

void handle(std::string_view) {}

weir::task<> make(nats::jetstream js) {
  nats::stream_config stream;
  stream.name = "ORDERS";
  stream.subjects = {"orders.>"};
  co_await js.ensure_stream(stream);
  nats::consumer_config consumer;
  consumer.durable = "billing";
  consumer.ack_wait = std::chrono::seconds(30);
  consumer.max_deliver = 10;
  co_await js.ensure_consumer("ORDERS", consumer);
}

weir::task<> publish(nats::jetstream js, const std::vector<std::string>& orders) {
  const nats::subject created("orders.created");
  std::vector<nats::publication> sent;
  for (const std::string& order : orders)
    sent.push_back(co_await js.publish_later(created, order, {.msg_id = order}));
  for (nats::publication& one : sent) co_await one.confirmed();
}

weir::task<> consume(nats::jetstream js, int count) {
  auto source = co_await nats::pull_source::open(js, "ORDERS", "billing", {.slots = 100});
  for (; count > 0; --count) {
    std::optional<nats::delivery> order = co_await source.next();
    handle(order->payload());
    order->ack();
  }
  co_await source.close();
}

weir::task<> one_by_one(nats::jetstream js) {
  auto billing = co_await nats::consumer::open(js, "ORDERS", "billing");
  auto order = co_await billing.next(std::chrono::milliseconds(100));
  while (order) {
    handle(order->payload());
    order = co_await billing.ack_and_next(std::move(*order), std::chrono::milliseconds(100));
  }
}

weir::task<> run_all(nats::connection& link) {
  const nats::jetstream js(link);
  const std::vector<std::string> orders{"1", "2", "3"};
  co_await make(js);
  co_await publish(js, orders);
  co_await publish(js, orders);  // Ids that are known already: stored once.
  co_await consume(js, 2);
  co_await one_by_one(js);
  nats::jetstream known(link);
  for (;;) {
    const nats::consumer_info info = co_await known.consumer_info("ORDERS", "billing");
    CHECK(info.delivered_stream_sequence == orders.size());
    if (info.ack_floor_stream_sequence == orders.size()) break;
  }
}

}  // namespace

TEST_SUITE("nats.readme") {
  TEST_CASE("the code that the page about the SDK quotes does what it says") {
    live_server server;
    with_connection(server.options(), run_all);
  }
}
