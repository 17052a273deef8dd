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
  environment settings;
  settings.nats_url = in.url();
  co_await detail::run_service(billing, settings, detail::run_until::backlog_done);
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

TEST_CASE("messages that a service gave up are handled when they are replayed after the repair") {
  post_office::open(dies_and_lives);
}
