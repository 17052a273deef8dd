// SPDX-License-Identifier: Apache-2.0
#include "weir/service/shared_rate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "weir/nats/connection.hpp"
#include "weir/nats/model.hpp"
#include "weir/scope.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("service.shared_rate");

using namespace std::chrono_literals;

namespace {

weir::task<> acquire_each(weir::shared_rate_limit& limit, int count,
                          std::vector<weir::time_point>& when) {
  for (int taken = 0; taken < count; ++taken) {
    co_await limit.acquire();
    when.push_back(weir::loop::current().now());
  }
}

/// The most permits in any time of this length.
std::size_t most_within(std::vector<weir::time_point> when, weir::duration length) {
  std::ranges::sort(when);
  std::size_t most = 0;
  for (auto from = when.begin(); from != when.end(); ++from) {
    const auto end = std::ranges::lower_bound(when, *from + length);
    most = std::max(most, static_cast<std::size_t>(end - from));
  }
  return most;
}

/// Three programs with eight tasks each.
weir::task<> share() {
  weir::nats::model_server server({.latency = 2ms});
  weir::nats::connection links[3] = {weir::nats::connection(server), weir::nats::connection(server),
                                     weir::nats::connection(server)};
  std::vector<weir::shared_rate_limit> limits;
  for (auto& link : links) {
    co_await link.wait_connected();
    limits.emplace_back(weir::nats::jetstream(link), weir::shared_rate{"mail", 100, 1s});
  }
  std::vector<weir::time_point> when;
  const auto before = weir::loop::current().now();
  weir::scope programs;
  for (int program = 0; program < 3; ++program) {
    for (int task = 0; task < 8; ++task) {
      programs.spawn(acquire_each(limits[static_cast<std::size_t>(program)], 50, when));
    }
  }
  co_await programs.join();
  CHECK(when.size() == 1200);
  // What was not used within a tenth of a second, and what others have taken meanwhile.
  CHECK(most_within(when, 1s) <= 110);
  CHECK(weir::loop::current().now() - before >= 11s);
  CHECK(weir::loop::current().now() - before < 20s);
  for (auto& link : links) co_await link.close();
}

/// Far more who wait than permits in any time that a clock could be wrong by.
weir::task<> wait_in_line() {
  weir::nats::model_server server;
  weir::nats::connection links[2] = {weir::nats::connection(server),
                                     weir::nats::connection(server)};
  std::vector<weir::shared_rate_limit> limits;
  for (auto& link : links) {
    co_await link.wait_connected();
    limits.emplace_back(weir::nats::jetstream(link), weir::shared_rate{"calls", 1, 1s});
  }
  std::vector<weir::time_point> when;
  weir::scope programs;
  for (std::size_t waiter = 0; waiter < 400; ++waiter) {
    programs.spawn(acquire_each(limits[waiter % 2], 1, when));
  }
  co_await programs.join();
  CHECK(when.size() == 400);
  CHECK(most_within(when, 10s) <= 11);
  for (auto& link : links) co_await link.close();
}

weir::task<> lose_server() {
  weir::nats::model_server server;
  weir::nats::connection link(server);
  co_await link.wait_connected();
  weir::shared_rate_limit limit(weir::nats::jetstream(link), {"mail", 1, 1s});
  co_await limit.acquire();
  server.refuse_connections();
  server.disconnect_all();
  const auto refused = co_await weir::with_timeout(1min, limit.acquire()).as_result();
  CHECK_FALSE(refused.has_value());
  server.refuse_connections(false);
  co_await limit.acquire();
  co_await link.close();
}

}  // namespace

TEST_CASE("all programs together keep to a shared rate, and use it") { weir::simulate({}, share); }

TEST_CASE("a shared rate holds however many wait for it") { weir::simulate({}, wait_in_line); }

TEST_CASE("nobody is let through while the bucket cannot be reached") {
  weir::simulate({}, lose_server);
}

TEST_CASE("a rate that cannot be is refused") {
  CHECK_THROWS_WITH_AS(weir::detail::check({"", 1, 1s}), doctest::Contains("needs a name"),
                       weir::error);
  CHECK_THROWS_AS(weir::detail::check({"x", 0, 1s}), weir::error);
  CHECK_THROWS_AS(weir::detail::check({"x", 2, 1us}), weir::error);
  CHECK_NOTHROW(weir::detail::check({"x", 1, 1us}));
}

TEST_SUITE_END();
