// SPDX-License-Identifier: Apache-2.0
#include "weir/sim_network.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "run.hpp"
#include "sockets.hpp"
#include "weir/scope.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.sim_network");

namespace {

constexpr const char* server_host = "10.0.0.2";

struct connected_pair {
  tcp_stream client;
  tcp_stream server;
};

task<connected_pair> connect_pair(tcp_listener& listener) {
  auto ends = co_await when_all(tcp_stream::connect(listener.address()), listener.accept());
  co_return connected_pair{std::move(std::get<0>(ends)), std::move(std::get<1>(ends))};
}

sim_options with_faults(const sim_faults& faults, std::uint64_t offset = 0) {
  return {.seed = seed() + offset, .faults = faults};
}

std::string counted(std::size_t size) {
  std::string text;
  for (int number = 0; text.size() < size; ++number) text += std::to_string(number) + " ";
  return text;
}

task<> write_in_pieces(socket_stream& target, const std::string& text) {
  for (std::size_t at = 0; at < text.size(); at += 100) {
    co_await target.write_all(std::string_view(text).substr(at, 100));
  }
  target.shutdown_write();
}

}  // namespace

TEST_CASE("a connect takes the way there and back, and what is written the way there") {
  simulate(with_faults({.delay_least = 30ms, .delay_most = 30ms}), [](sim_driver& sim) -> task<> {
    tcp_listener listener = tcp_listener::bind(server_host, 80);
    const time_point began = sim.now();
    tcp_stream client = co_await tcp_stream::connect(server_host, 80);
    CHECK(sim.now() - began == 60ms);
    co_await client.write_all("x");
    CHECK(sim.now() - began == 60ms);
    tcp_stream server = co_await listener.accept();
    std::array<std::byte, 8> part;
    co_await server.read_some(part);
    CHECK(sim.now() - began == 90ms);
  });
}

TEST_CASE("each direction has its own delay") {
  simulate(with_faults({}), [](sim_driver& sim) -> task<> {
    sim.network().set_faults(sim_host, server_host, {.delay_least = 1s, .delay_most = 1s});
    sim.network().set_faults(server_host, sim_host, {.delay_least = 1h, .delay_most = 1h});
    tcp_listener listener = tcp_listener::bind(server_host, 80);
    const time_point began = sim.now();
    static_cast<void>(co_await tcp_stream::connect(server_host, 80));
    CHECK(sim.now() - began == 1h + 1s);
  });
}

TEST_CASE("whatever the delays and the pieces are, a stream arrives whole and in order") {
  const sim_faults faults{
      .delay_least = 1ms, .delay_most = 1s, .short_reads = 0.5, .short_writes = 0.5};
  for (std::uint64_t offset = 0; offset < 20; ++offset) {
    simulate(with_faults(faults, offset), []() -> task<> {
      tcp_listener listener = tcp_listener::bind(server_host, 80);
      connected_pair pair = co_await connect_pair(listener);
      const std::string text = counted(20'000);
      const auto both =
          co_await when_all(write_in_pieces(pair.client, text), read_to_end(pair.server));
      CHECK((std::get<1>(both) == text));
    });
  }
}

TEST_CASE("short reads and writes always make progress") {
  simulate(with_faults({.short_reads = 1, .short_writes = 1}), []() -> task<> {
    tcp_listener listener = tcp_listener::bind(server_host, 80);
    connected_pair pair = co_await connect_pair(listener);
    const std::string text = counted(2'000);
    const auto both =
        co_await when_all(write_in_pieces(pair.client, text), read_to_end(pair.server));
    CHECK((std::get<1>(both) == text));
  });
}

TEST_CASE("a reset is told to the one who writes and to the one who reads") {
  simulate(with_faults({}), [](sim_driver& sim) -> task<> {
    tcp_listener listener = tcp_listener::bind(server_host, 80);
    connected_pair pair = co_await connect_pair(listener);
    co_await pair.client.write_all("before");
    std::array<std::byte, 64> part;
    CHECK(co_await pair.server.read_some(part) == 6);
    sim.network().set_faults({.resets = 1});
    const auto written = co_await pair.client.write_all("lost").as_result();
    CHECK(written.error().code() == std::errc::connection_reset);
    const auto read = co_await pair.server.read_some(part).as_result();
    CHECK(read.error().code() == std::errc::connection_reset);
    const auto again = co_await pair.client.write_all("more").as_result();
    CHECK(again.error().code() == std::errc::broken_pipe);
  });
}

TEST_CASE("a connect is refused as often as the faults say, though somebody listens") {
  const int refused = simulate(with_faults({.refusals = 0.5}), []() -> task<int> {
    tcp_listener listener = tcp_listener::bind(server_host, 80);
    int refusals = 0;
    for (int attempt = 0; attempt < 400; ++attempt) {
      const auto made = co_await tcp_stream::connect(server_host, 80).as_result();
      if (made.has_value()) continue;
      CHECK(made.error().code() == std::errc::connection_refused);
      ++refusals;
    }
    co_return refusals;
  });
  CHECK(refused > 120);
  CHECK(refused < 280);
}

TEST_CASE("while a host is isolated nothing arrives, and all of it after the healing") {
  simulate(with_faults({.delay_least = 10ms, .delay_most = 10ms}), [](sim_driver& sim) -> task<> {
    tcp_listener listener = tcp_listener::bind(server_host, 80);
    connected_pair pair = co_await connect_pair(listener);
    co_await pair.client.write_all("under way ");
    sim.network().isolate(server_host);
    co_await pair.client.write_all("and sent meanwhile");
    pair.client.shutdown_write();
    std::array<std::byte, 64> part;
    const auto nothing = co_await with_timeout(1h, pair.server.read_some(part)).as_result();
    CHECK(nothing.error().is(errc::deadline_exceeded));
    sim.network().heal();
    const time_point healed = sim.now();
    CHECK(co_await read_to_end(pair.server) == "under way and sent meanwhile");
    CHECK(sim.now() - healed == 10ms);
  });
}

TEST_CASE("a connect into a partition waits, and is done after the healing") {
  simulate(with_faults({}), [](sim_driver& sim) -> task<> {
    tcp_listener listener = tcp_listener::bind(server_host, 80);
    sim.network().partition(server_host, sim_host);
    const auto waited = co_await with_timeout(1h, tcp_stream::connect(server_host, 80)).as_result();
    CHECK(waited.error().is(errc::deadline_exceeded));
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](sim_network& network) -> task<> {
        co_await sleep(1h);
        network.heal();
      }(sim.network()));
      const time_point began = sim.now();
      static_cast<void>(co_await tcp_stream::connect(server_host, 80));
      CHECK(sim.now() - began == 1h);
      co_await children.join();
    });
  });
}

TEST_CASE("a cut in one direction lets the other pass") {
  simulate(with_faults({}), [](sim_driver& sim) -> task<> {
    tcp_listener listener = tcp_listener::bind(server_host, 80);
    connected_pair pair = co_await connect_pair(listener);
    sim.network().cut(sim_host, server_host);
    co_await pair.client.write_all("does not arrive");
    co_await pair.server.write_all("arrives");
    std::array<std::byte, 64> part;
    CHECK(co_await pair.client.read_some(part) == 7);
    const auto nothing = co_await with_timeout(1h, pair.server.read_some(part)).as_result();
    CHECK(nothing.error().is(errc::deadline_exceeded));
  });
}

TEST_CASE("a host reaches itself, isolated or not, and other hosts are not cut with it") {
  simulate(with_faults({}), [](sim_driver& sim) -> task<> {
    sim.network().isolate("127.0.0.1");
    sim.network().partition("10.0.0.3", sim_host);
    tcp_listener here = tcp_listener::bind("127.0.0.1", 80);
    tcp_listener there = tcp_listener::bind(server_host, 80);
    CHECK((co_await tcp_stream::connect(here.address()).as_result()).has_value());
    CHECK((co_await tcp_stream::connect(there.address()).as_result()).has_value());
  });
}

TEST_CASE("a wait for what a partition holds back is a deadlock when nobody heals it") {
  try {
    simulate(with_faults({}), [](sim_driver& sim) -> task<> {
      tcp_listener listener = tcp_listener::bind(server_host, 80);
      sim.network().isolate(server_host);
      static_cast<void>(co_await tcp_stream::connect(server_host, 80));
    });
    FAIL("the connect was made");
  } catch (const error& failure) {
    CHECK(failure.is(errc::deadlock));
  }
}

TEST_CASE("faults that cannot be, and hosts that are no addresses, are refused") {
  simulate(with_faults({}), [](sim_driver& sim) -> task<> {
    sim_network& network = sim.network();
    CHECK_THROWS_AS(network.set_faults({.resets = 1.1}), error);
    CHECK_THROWS_AS(network.set_faults({.short_reads = -0.1}), error);
    CHECK_THROWS_AS(network.set_faults({.delay_least = 2ms, .delay_most = 1ms}), error);
    CHECK_THROWS_AS(network.set_faults({.delay_least = -1ms}), error);
    CHECK_THROWS_WITH_AS(network.isolate("database"),
                         "the simulated host 'database' is not an address in numbers, such as "
                         "10.0.0.2 or fd00::2",
                         error);
    co_return;
  });
}

TEST_SUITE_END();
