// SPDX-License-Identifier: Apache-2.0
#include "weir/sim_network.hpp"

#include <doctest/doctest.h>

#include "weir/sim.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;

namespace {

weir::task<> connect_through_a_partition(weir::sim_driver& sim) {
  auto listener = weir::tcp_listener::bind("10.0.0.2", 80);
  sim.network().set_faults({.delay_least = 5ms, .delay_most = 20ms});

  sim.network().partition("10.0.0.2", weir::sim_host);
  auto cut = weir::with_timeout(1min, weir::tcp_stream::connect("10.0.0.2", 80));
  const auto waited = co_await std::move(cut).as_result();
  CHECK(waited.error().is(weir::errc::deadline_exceeded));

  sim.network().heal();
  auto healed = weir::with_timeout(1min, weir::tcp_stream::connect("10.0.0.2", 80));
  const auto connected = co_await std::move(healed).as_result();
  CHECK(connected.has_value());
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("sim_network: a connect waits for as long as the network is cut") {
    weir::simulate({}, connect_through_a_partition);
  }
}
