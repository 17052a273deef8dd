// SPDX-License-Identifier: Apache-2.0
// The code that runtime/README.md quotes, run.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "run.hpp"
#include "weir/blocking.hpp"
#include "weir/channel.hpp"
#include "weir/from_channel.hpp"
#include "weir/scope.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"
#include "weir/stream_operators.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.readme");

namespace {

weir::task<> echo(weir::tcp_stream peer) {
  std::array<std::byte, 4096> bytes;
  for (;;) {
    const std::size_t count = co_await peer.read_some(bytes);
    if (count == 0) co_return;
    co_await peer.write_all(std::span<const std::byte>(bytes.data(), count));
  }
}

weir::task<> serve(weir::tcp_listener& listener, int connections) {
  co_await weir::with_scope([&](weir::scope& children) -> weir::task<> {
    for (; connections > 0; --connections) children.spawn(echo(co_await listener.accept()));
    co_await children.join();
  });
}

weir::task<std::string> ask(std::string host, std::uint16_t port, std::string question) {
  auto server = co_await weir::tcp_stream::connect(std::move(host), port);
  co_await server.write_all(question);
  std::array<std::byte, 4096> bytes;
  const std::size_t count = co_await server.read_some(bytes);
  co_return std::string(reinterpret_cast<const char*>(bytes.data()), count);
}

weir::task<std::string> ask_patiently(std::string host, std::uint16_t port) {
  for (auto pause = 10ms;; pause *= 2) {
    const auto answer = co_await weir::with_timeout(2s, ask(host, port, "hello")).as_result();
    if (answer.has_value()) co_return *answer;
    if (answer.error().disposition() != weir::disposition::retry) throw answer.error();
    co_await weir::sleep(pause);
  }
}

weir::task<> produce(weir::channel<int>& numbers) {
  for (int number = 1; number <= 10; ++number) co_await numbers.send(number);
  numbers.close();
}

weir::task<std::vector<int>> squares_of_even(weir::channel<int>& numbers) {
  return weir::from_channel(numbers) | weir::filter([](int number) { return number % 2 == 0; }) |
         weir::map([](int number) { return number * number; }) | weir::take(3) | weir::collect();
}

weir::task<std::string> slow_name(int number) {
  // The closure runs on a helper thread, so it owns all that it uses.
  co_return co_await weir::blocking([number] { return "number " + std::to_string(number); });
}

weir::task<> greet(std::string name, std::vector<std::string>& greetings) {
  co_await weir::sleep(1ms);
  greetings.push_back("hello " + name);
}

weir::task<> greet_all(const std::vector<std::string>& names, std::vector<std::string>& greetings) {
  co_await weir::with_scope([&](weir::scope& children) -> weir::task<> {
    for (const auto& name : names) children.spawn(greet(name, greetings));
    co_await children.join();
  });
}

weir::task<> heal_after(weir::sim_network& network, weir::duration wait) {
  co_await weir::sleep(wait);
  network.heal();
}

weir::task<> ask_during_an_outage(weir::sim_driver& sim) {
  auto listener = weir::tcp_listener::bind("10.0.0.2", 4222);
  sim.network().isolate("10.0.0.2");
  const auto began = sim.now();
  co_await weir::with_scope([&](weir::scope& children) -> weir::task<> {
    children.spawn(serve(listener, 1));
    children.spawn(heal_after(sim.network(), 1h));
    CHECK(co_await ask_patiently("10.0.0.2", 4222) == "hello");
  });
  CHECK(sim.now() - began > 1h);
}

void test_the_outage() {
  // A hundred outages of an hour each, with other delays and another order of the tasks each time.
  weir::explore(100, {.faults = {.delay_most = 20ms}}, ask_during_an_outage);
}

}  // namespace

TEST_CASE("the echo server answers, with patience") {
  run([]() -> weir::task<> {
    auto listener = weir::tcp_listener::bind("127.0.0.1", 0);
    const auto both =
        co_await weir::when_all(serve(listener, 1), ask_patiently("127.0.0.1", listener.port()));
    CHECK(std::get<1>(both) == "hello");
  });
}

TEST_CASE("an outage of an hour is outlived, in no time, a hundred times") { test_the_outage(); }

TEST_CASE("the stream of a channel gives the squares of the first three even numbers") {
  run_virtually([]() -> weir::task<> {
    weir::channel<int> numbers(4);
    co_await weir::with_scope([&](weir::scope& children) -> weir::task<> {
      children.spawn(produce(numbers));
      CHECK(co_await squares_of_even(numbers) == std::vector{4, 16, 36});
    });
  });
}

TEST_CASE("a blocking call gives its value") {
  run([]() -> weir::task<> { CHECK(co_await slow_name(7) == "number 7"); });
}

TEST_CASE("every greeting is there when the scope has ended") {
  run_virtually([]() -> weir::task<> {
    std::vector<std::string> greetings;
    co_await greet_all({"a", "b"}, greetings);
    CHECK(greetings == std::vector<std::string>{"hello a", "hello b"});
  });
}

TEST_SUITE_END();
