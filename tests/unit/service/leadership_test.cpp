// SPDX-License-Identifier: Apache-2.0
#include "leadership.hpp"

#include <doctest/doctest.h>

#include "weir/nats/connection.hpp"
#include "weir/nats/model.hpp"
#include "weir/scope.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.leadership");

using namespace std::chrono_literals;
using weir::detail::leadership;

namespace {

/// A program that wants to lead; notes when it begins to and when it has stopped.
struct candidate {
  explicit candidate(weir::nats::model_server& server)
      : link(server), leads(weir::nats::jetstream(link), "ORDERS/orders") {}

  weir::nats::connection link;
  leadership leads;
  bool is_leading = false;
  int terms = 0;
  std::string why_not;

  weir::task<> stand() {
    for (;;) {
      const auto acquired = co_await leads.acquire().as_result();
      if (!acquired && acquired.error().is_cancelled()) throw acquired.error();
      if (!acquired) continue;
      is_leading = true;
      ++terms;
      const auto ended = co_await leads.keep().as_result();
      is_leading = false;
      if (!ended) throw ended.error();
      why_not = *ended;
    }
  }
};

/// Looks, ten times a second, whether two lead.
weir::task<> watch(const candidate& one, const candidate& other, int& both) {
  for (;;) {
    if (one.is_leading && other.is_leading) ++both;
    co_await weir::sleep(100ms);
  }
}

weir::task<> until_leading(const candidate& who) {
  while (!who.is_leading) co_await weir::sleep(10ms);
}

weir::task<> elect() {
  weir::nats::model_server server;
  candidate one(server);
  candidate other(server);
  co_await one.link.wait_connected();
  co_await other.link.wait_connected();
  int both = 0;
  weir::scope watching;
  watching.spawn(watch(one, other, both));
  weir::scope first;
  first.spawn(one.stand());
  co_await until_leading(one);
  weir::scope second;
  second.spawn(other.stand());
  co_await weir::sleep(5min);
  CHECK(one.is_leading);
  CHECK(other.terms == 0);

  // It drains: the other one need not wait for the lease.
  co_await first.close();
  const auto before = weir::loop::current().now();
  co_await one.leads.resign();
  co_await until_leading(other);
  CHECK(weir::loop::current().now() - before < leadership::lease / 2);

  // Without a server it stops leading before its key has run out.
  server.refuse_connections();
  server.disconnect_all();
  co_await weir::sleep(leadership::lease);
  CHECK_FALSE(other.is_leading);
  server.refuse_connections(false);
  first.spawn(one.stand());
  co_await weir::sleep(leadership::lease * 2);
  CHECK(one.is_leading != other.is_leading);
  CHECK(both == 0);
  co_await first.close();
  co_await second.close();
  co_await watching.close();
  co_await one.link.close();
  co_await other.link.close();
}

/// The leader stands still, so its key runs out; when it goes on it finds out.
weir::task<> stand_still() {
  weir::nats::model_server server;
  candidate one(server);
  candidate other(server);
  co_await one.link.wait_connected();
  co_await other.link.wait_connected();
  co_await one.leads.acquire();
  weir::scope second;
  second.spawn(other.stand());
  co_await until_leading(other);
  const std::string why = co_await one.leads.keep();
  CHECK(why == "its lease has run out");
  // What it resigns from is not its own any more.
  co_await one.leads.resign();
  co_await weir::sleep(1min);
  CHECK(other.is_leading);
  CHECK(other.terms == 1);
  co_await second.close();
  co_await one.link.close();
  co_await other.link.close();
}

}  // namespace

TEST_CASE("one of two programs leads, another goes on when it resigns or is cut off, never both") {
  weir::simulate({}, elect);
}

TEST_CASE("a leader that stood still is not one any more, and leaves the next one alone") {
  weir::simulate({}, stand_still);
}

TEST_SUITE_END();
