// SPDX-License-Identifier: Apache-2.0
// What simulated datagrams have of their own; what they share with the kernel's, see udp_test.cpp,
// unix_datagram_test.cpp and datagram_semantics_test.cpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/udp.hpp"
#include "weir/unix_datagram.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.sim_datagrams");

namespace {

constexpr const char* server_host = "10.0.0.2";
constexpr std::uint16_t port = 53;

sim_options with_faults(const sim_faults& faults, std::uint64_t offset = 0) {
  return {.seed = seed() + offset, .faults = faults};
}

task<std::string> receive_text(datagram_socket& socket) {
  std::array<std::byte, 64> place;
  const received_datagram came = co_await socket.receive_from(place);
  co_return std::string(reinterpret_cast<const char*>(place.data()), came.size);
}

/// What comes before nothing comes for an hour.
task<std::vector<int>> receive_numbers(datagram_socket& socket) {
  std::vector<int> numbers;
  for (;;) {
    const auto text = co_await with_timeout(1h, receive_text(socket)).as_result();
    if (!text.has_value()) co_return numbers;
    numbers.push_back(std::stoi(*text));
  }
}

/// What arrives of the numbers from 0 that a client sends to a server at intervals.
task<std::vector<int>> send_numbers(int count, duration interval = duration::zero()) {
  udp_socket server = udp_socket::bind(server_host, port);
  udp_socket client = co_await udp_socket::connect(server_host, port);
  for (int number = 0; number < count; ++number) {
    const std::string text = std::to_string(number);
    co_await client.send(text);
    if (interval > duration::zero()) co_await sleep(interval);
  }
  co_return co_await receive_numbers(server);
}

std::vector<int> counted(int count) {
  std::vector<int> numbers;
  for (int number = 0; number < count; ++number) numbers.push_back(number);
  return numbers;
}

/// Answers each question with its own text.
task<> answer(udp_socket& server) {
  std::array<std::byte, 64> place;
  for (;;) {
    const received_datagram came = co_await server.receive_from(place);
    co_await server.send_to(std::span<const std::byte>(place).first(came.size), came.sender);
  }
}

/// Asks until the answer to this question, and not to one before, is there.
task<> ask(udp_socket& client, std::string question) {
  for (;;) {
    co_await client.send(question);
    for (;;) {
      const auto text = co_await with_timeout(100ms, receive_text(client)).as_result();
      if (!text.has_value()) break;
      if (*text == question) co_return;
    }
  }
}

}  // namespace

TEST_CASE("a datagram takes the way there, and a refusal the way there and back") {
  simulate(with_faults({.delay_least = 30ms, .delay_most = 30ms}), [](sim_driver& sim) -> task<> {
    udp_socket server = udp_socket::bind(server_host, port);
    udp_socket client = co_await udp_socket::connect(server_host, port);
    const time_point began = sim.now();
    co_await client.send("hello");
    CHECK(sim.now() == began);
    CHECK(co_await receive_text(server) == "hello");
    CHECK(sim.now() - began == 30ms);
    server.close();
    co_await client.send("anybody?");
    const auto refused = co_await receive_text(client).as_result();
    CHECK(refused.error().code() == std::errc::connection_refused);
    CHECK(sim.now() - began == 90ms);
  });
}

TEST_CASE("whatever the delays are, what one socket sends to another arrives once and in order") {
  for (std::uint64_t offset = 0; offset < 20; ++offset) {
    const sim_options options = with_faults({.delay_least = 1ms, .delay_most = 1s}, offset);
    CHECK(simulate(options, [] { return send_numbers(100, 10ms); }) == counted(100));
  }
}

TEST_CASE("datagrams to another goal do not wait for those on a slow way") {
  simulate(with_faults({}), [](sim_driver& sim) -> task<> {
    sim.network().set_faults(sim_host, server_host, {.delay_least = 1h, .delay_most = 1h});
    udp_socket slow = udp_socket::bind(server_host, port);
    udp_socket quick = udp_socket::bind("10.0.0.3", port);
    udp_socket client = udp_socket::bind(sim_host, 0);
    const time_point began = sim.now();
    co_await client.send_to("late", slow.address());
    co_await client.send_to("soon", quick.address());
    CHECK(co_await receive_text(quick) == "soon");
    CHECK(sim.now() == began);
    CHECK(co_await receive_text(slow) == "late");
    CHECK(sim.now() - began == 1h);
  });
}

TEST_CASE("datagrams are lost as often as the faults say, and the others stay as they are") {
  const auto came =
      simulate(with_faults({.losses = 0.5}), [] { return send_numbers(sim_datagrams_max); });
  CHECK(came.size() > 70);
  CHECK(came.size() < 190);
  CHECK(std::is_sorted(came.begin(), came.end()));
  CHECK(std::set<int>(came.begin(), came.end()).size() == came.size());
  CHECK(simulate(with_faults({.losses = 1}), [] { return send_numbers(100); }).empty());
}

TEST_CASE("datagrams arrive twice as often as the faults say, each time with its own delay") {
  const auto twice = simulate(with_faults({.duplicates = 1}), [] { return send_numbers(100); });
  CHECK(twice.size() == 200);
  const sim_faults faults{.delay_most = 1s, .duplicates = 0.5};
  const auto came = simulate(with_faults(faults), [] { return send_numbers(100, 1ms); });
  CHECK(came.size() > 120);
  CHECK(came.size() < 180);
  CHECK(std::is_sorted(came.begin(), came.end()));
  CHECK(std::set<int>(came.begin(), came.end()).size() == 100);
}

TEST_CASE("a datagram that is overtaken comes once, and no later than the faults say") {
  const sim_faults faults{.delay_least = 5ms, .delay_most = 20ms, .reorderings = 0.2};
  simulate(with_faults(faults), [](sim_driver& sim) -> task<> {
    auto came = co_await send_numbers(100, 1ms);
    CHECK_FALSE(std::is_sorted(came.begin(), came.end()));
    std::sort(came.begin(), came.end());
    CHECK(came == counted(100));

    sim.network().set_faults({.delay_least = 5ms, .delay_most = 20ms, .reorderings = 1});
    udp_socket server = udp_socket::bind(server_host, 54);
    udp_socket client = co_await udp_socket::connect(server_host, 54);
    for (int count = 0; count < 100; ++count) {
      const time_point sent = sim.now();
      co_await client.send("x");
      CHECK(co_await receive_text(server) == "x");
      CHECK(sim.now() - sent > 5ms);
      CHECK(sim.now() - sent <= 20ms + 20ms + 10ms);
    }
  });
}

TEST_CASE("datagrams that are sent at once are overtaken too, without a delay of the network") {
  auto came = simulate(with_faults({.reorderings = 0.2}), [] { return send_numbers(200); });
  CHECK_FALSE(std::is_sorted(came.begin(), came.end()));
  std::sort(came.begin(), came.end());
  CHECK(came == counted(200));
}

TEST_CASE("what is sent into a cut, or under way when it begins, is lost and not kept") {
  simulate(with_faults({.delay_least = 10ms, .delay_most = 10ms}), [](sim_driver& sim) -> task<> {
    udp_socket server = udp_socket::bind(server_host, port);
    udp_socket client = co_await udp_socket::connect(server_host, port);
    co_await client.send("1");
    sim.network().isolate(server_host);
    co_await client.send("2");
    CHECK((co_await receive_numbers(server)).empty());
    sim.network().heal();
    co_await client.send("3");
    CHECK(co_await receive_numbers(server) == std::vector{3});

    sim.network().cut(sim_host, server_host);
    co_await client.send("4");
    co_await server.send_to("5", client.address());
    CHECK(co_await receive_numbers(client) == std::vector{5});
    CHECK((co_await receive_numbers(server)).empty());
  });
}

TEST_CASE("beyond a partition nobody refuses, and a refusal does not come through one") {
  simulate(with_faults({.delay_least = 10ms, .delay_most = 10ms}), [](sim_driver& sim) -> task<> {
    udp_socket client = co_await udp_socket::connect(server_host, port);
    sim.network().partition(server_host, sim_host);
    co_await client.send("anybody?");
    CHECK((co_await receive_numbers(client)).empty());
    sim.network().heal();
    co_await client.send("anybody?");
    sim.network().cut(server_host, sim_host);
    CHECK((co_await receive_numbers(client)).empty());
    sim.network().heal();
    co_await client.send("anybody?");
    const auto refused = co_await receive_text(client).as_result();
    CHECK(refused.error().code() == std::errc::connection_refused);
  });
}

TEST_CASE("a program that asks again is answered, whatever the network does") {
  const sim_faults faults{
      .delay_least = 1ms, .delay_most = 60ms, .losses = 0.3, .duplicates = 0.3, .reorderings = 0.3};
  explore(50, with_faults(faults), []() -> task<> {
    udp_socket server = udp_socket::bind("0.0.0.0", port);
    udp_socket client = co_await udp_socket::connect(server_host, port);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(answer(server));
      int answers = 0;
      for (; answers < 10; ++answers) co_await ask(client, std::to_string(answers));
      CHECK(answers == 10);
    });
  });
}

TEST_CASE("a socket for all hosts answers as the one that was written to") {
  simulate(with_faults({}), []() -> task<> {
    udp_socket server = udp_socket::bind("0.0.0.0", port);
    udp_socket one = udp_socket::bind("10.0.0.7", 0);
    udp_socket other = co_await udp_socket::connect("10.0.0.3", port);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(answer(server));
      co_await other.send("question");
      CHECK(co_await receive_text(other) == "question");
      for (const char* host : {"10.0.0.2", "10.0.0.4"}) {
        const auto wanted = socket_address::of_ip(host, port);
        co_await one.send_to("question", *wanted);
        std::array<std::byte, 64> place;
        const received_datagram came = co_await one.receive_from(place);
        CHECK(came.sender == *wanted);
      }
    });
  });
}

TEST_CASE("a socket keeps so many datagrams, and UDP drops those beyond it") {
  run_virtually([]() -> task<> {
    CHECK(co_await send_numbers(sim_datagrams_max + 10) == counted(sim_datagrams_max));

    udp_socket server = udp_socket::bind(server_host, port);
    udp_socket client = co_await udp_socket::connect(server_host, port);
    const std::string half(sim_buffer_bytes / 2, '0');
    for (int count = 0; count < 3; ++count) co_await client.send(half);
    CHECK((co_await receive_numbers(server)).size() == 2);
    co_await client.send("2");
    CHECK(co_await receive_numbers(server) == std::vector{2});
  });
}

TEST_CASE("a Unix socket keeps so many datagrams, and its senders wait for room") {
  run_virtually([]() -> task<> {
    std::array<unix_datagram_socket, 2> pair = unix_datagram_socket::pair();
    for (std::size_t count = 0; count < sim_datagrams_max; ++count) co_await pair[0].send("1");
    const auto full = co_await with_timeout(1h, pair[0].send("1")).as_result();
    CHECK(full.error().is(errc::deadline_exceeded));
    co_await receive_text(pair[1]);
    co_await pair[0].send("1");
    CHECK((co_await receive_numbers(pair[1])).size() == sim_datagrams_max);

    const std::string half(sim_buffer_bytes / 2, '1');
    for (int count = 0; count < 2; ++count) co_await pair[0].send(half);
    const auto no_bytes = co_await with_timeout(1h, pair[0].send("1")).as_result();
    CHECK(no_bytes.error().is(errc::deadline_exceeded));
    co_await receive_text(pair[1]);
    const std::string most(sim_buffer_bytes, '1');
    co_await pair[0].send(most);
    const auto too_long = co_await pair[0].send(most + "1").as_result();
    CHECK(too_long.error().code() == std::errc::message_size);
  });
}

TEST_CASE("a plain send to a Unix socket that is full waits, and its bytes are there afterwards") {
  class plain_wait final : public io_operation {
   public:
    using io_operation::io_operation;
  };
  run_virtually([]() -> task<> {
    std::array<unix_datagram_socket, 2> pair = unix_datagram_socket::pair();
    for (std::size_t count = 0; count < sim_datagrams_max; ++count) co_await pair[0].send("1");
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](int socket) -> task<> {
        std::string text = "22";
        plain_wait sending({.kind = io_kind::send,
                            .descriptor = socket,
                            .data = text.data(),
                            .size = text.size()});
        CHECK(co_await sending == 2);
      }(pair[0].descriptor()));
      co_await sleep(1s);
      CHECK(children.size() == 1);
      const std::vector<int> came = co_await receive_numbers(pair[1]);
      CHECK(came.size() == sim_datagrams_max + 1);
      CHECK(came.back() == 22);
      co_await children.join();
    });
  });
}

TEST_CASE("senders that wait for room at a Unix socket go on in the order in which they began") {
  run_virtually([]() -> task<> {
    unix_datagram_socket server = unix_datagram_socket::bind("/server");
    unix_datagram_socket filler = co_await unix_datagram_socket::connect("/server");
    for (std::size_t count = 0; count < sim_datagrams_max; ++count) co_await filler.send("0");
    co_await with_scope([&](scope& children) -> task<> {
      for (int number = 1; number <= 5; ++number) {
        children.spawn([](int mine) -> task<> {
          unix_datagram_socket sender = co_await unix_datagram_socket::connect("/server");
          const std::string text = std::to_string(mine);
          co_await sender.send(text);
        }(number));
      }
      co_await sleep(1s);
      std::vector<int> came = co_await receive_numbers(server);
      came.erase(came.begin(), came.begin() + sim_datagrams_max);
      CHECK(came == std::vector{1, 2, 3, 4, 5});
      co_await children.join();
    });
  });
}

TEST_CASE("nothing befalls the datagrams of Unix sockets") {
  const sim_faults worst{
      .delay_least = 1h, .delay_most = 2h, .losses = 1, .duplicates = 1, .reorderings = 1};
  simulate(with_faults(worst), [](sim_driver& sim) -> task<> {
    std::array<unix_datagram_socket, 2> pair = unix_datagram_socket::pair();
    const time_point began = sim.now();
    for (const char* number : {"1", "2", "3"}) co_await pair[0].send(number);
    for (const char* number : {"1", "2", "3"}) CHECK(co_await receive_text(pair[1]) == number);
    CHECK(sim.now() == began);
  });
}

TEST_CASE("there are no groups and no broadcasts") {
  run_virtually([]() -> task<> {
    const udp_options shouting{.broadcast = true};
    udp_socket socket = udp_socket::bind("0.0.0.0", 0, shouting);
    CHECK_THROWS_AS(socket.join(*socket_address::of_ip("239.255.17.3", 80)), error);
    for (const char* many : {"255.255.255.255", "239.255.17.3"}) {
      const auto sent = co_await socket.send_to("x", *socket_address::of_ip(many, 80)).as_result();
      CHECK(sent.error().code() == std::errc::network_unreachable);
    }
    udp_socket silent = udp_socket::bind("0.0.0.0", 0);
    const auto everybody = socket_address::of_ip("255.255.255.255", 80);
    const auto sent = co_await silent.send_to("x", *everybody).as_result();
    CHECK(sent.error().code() == std::errc::permission_denied);
  });
}

TEST_CASE("the same seed gives the same trace of datagrams, and another seed another one") {
  const auto trace_of = [](std::uint64_t offset) {
    const sim_faults faults{.delay_least = 1ms,
                            .delay_most = 30ms,
                            .losses = 0.2,
                            .duplicates = 0.2,
                            .reorderings = 0.2};
    return simulate(with_faults(faults, offset), [](sim_driver& sim) -> task<std::uint64_t> {
      co_await send_numbers(100, 1ms);
      co_return sim.trace_hash();
    });
  };
  std::set<std::uint64_t> traces;
  for (std::uint64_t offset = 0; offset < 20; ++offset) {
    const std::uint64_t trace = trace_of(offset);
    CHECK(trace == trace_of(offset));
    traces.insert(trace);
  }
  CHECK(traces.size() == 20);
}

TEST_SUITE_END();
