// SPDX-License-Identifier: Apache-2.0
// From a service that gives messages up, through a replay, to the service that handles them.
#include <algorithm>

#include "dlq/list.hpp"
#include "dlq/replay.hpp"
#include "fixture.hpp"
#include "running_service.hpp"
#include "weir/event/bind.hpp"
#include "weir/event/json.hpp"
#include "weir/service/service.hpp"

struct Order {
  std::int64_t id;
};

using Orders = weir::event_stream<"ORDERS", "orders.>">;

template <>
struct weir::bind<Order> : weir::bound_to<"orders.created", Orders, 1> {};

TEST_SUITE_BEGIN("weir.dlq_service");

using namespace weir;
using namespace weir::test;

namespace {

using ids = std::vector<std::int64_t>;

bool is_repaired = false;
ids handled;

task<> bill(Order order) {
  if (!is_repaired) {
    throw error(errc::not_found, disposition::permanent, "no customer " + std::to_string(order.id));
  }
  handled.push_back(order.id);
  co_return;
}

/// Runs the service until it has nothing left to do.
task<> serve(post_office& in) {
  service billing("billing-test");
  billing.on<bill>(durable("billing").workers(1).dead_letter("dlq.orders"));
  service_settings settings;
  settings.nats.url = in.url();
  co_await detail::run_service(billing, settings, detail::run_until::backlog_done);
}

task<> keeps_its_trace(post_office& in) {
  is_repaired = false;
  handled.clear();
  const nats::subject to("orders.created");
  const nats::headers headers{{"traceparent", "00-4bf9-01"}};
  nats::publish_options how;
  how.msg_id = "order-1";
  how.headers = &headers;
  co_await in.js().publish(to, json::encode(Order{1}), how);
  co_await serve(in);
  const auto dead = co_await in.js().get_message("DLQ_ORDERS", 1);
  CHECK(dead.header("traceparent") == "00-4bf9-01");
  const auto about = dlq::read_letter({}, dead.headers);
  REQUIRE(about.has_value());
  CHECK(about->message_id == "order-1");
  CHECK(about->trace == "00-4bf9-01");
  REQUIRE(about->published_at.has_value());
  REQUIRE(about->failed_at.has_value());
  CHECK(*about->published_at <= *about->failed_at);
  CHECK(*about->failed_at <= dead.time);

  tools::interruption stop;
  std::ostringstream out;
  co_await dlq::replay(in.js(), dlq::replay_options(), stop, out);
  const auto again = co_await in.js().get_message("ORDERS", 2);
  CHECK(again.header("traceparent") == "00-4bf9-01");
  CHECK(again.header("Weir-Replay-Of") == "DLQ_ORDERS:1");
  CHECK(again.header("Nats-Msg-Id") != "order-1");
}

task<> dies_and_lives(post_office& in) {
  is_repaired = false;
  handled.clear();
  for (std::int64_t id = 1; id <= 3; ++id) {
    co_await in.publish("orders.created", json::encode(Order{id}));
  }
  co_await serve(in);
  std::ostringstream listed;
  co_await dlq::list(in.js(), dlq::list_options(), listed);
  CHECK(contains(listed.str(), "no customer 2\n"));
  CHECK(contains(listed.str(), "DLQ_ORDERS: 3 dead letters\n"));

  tools::interruption stop;
  std::ostringstream out;
  dlq::replay_options wanted;
  const auto first = co_await dlq::replay(in.js(), wanted, stop, out);
  CHECK(first.replayed == 3);
  // Not repaired yet: they die again, as letters 4 to 6.
  co_await serve(in);
  const auto again = co_await in.js().get_message("DLQ_ORDERS", 4);
  CHECK(again.header("Weir-Replay-Of") == "DLQ_ORDERS:1");
  CHECK(again.header("Weir-Stream-Sequence") == "4");

  is_repaired = true;
  const auto second = co_await dlq::replay(in.js(), wanted, stop, out);
  CHECK(second.replayed == 3);
  CHECK(second.repeated == 0);
  CHECK(second.is_complete());
  co_await serve(in);
  CHECK(handled == ids{1, 2, 3});
  const auto left = co_await in.count("DLQ_ORDERS");
  CHECK(left == 0);
}

}  // namespace

TEST_CASE("a letter and its replay keep the trace, and the letter tells when it was given up") {
  post_office::open(keeps_its_trace);
}

TEST_CASE("messages that a service gave up are handled when they are replayed after the repair") {
  post_office::open(dies_and_lives);
}
