// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "run.hpp"
#include "scripted_network.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.connect_race");

namespace {

using attempts = std::vector<scripted_network::attempt>;

/// Addresses of documentation (RFC 5737, RFC 3849), one for each number.
socket_address v4(int number) {
  return *socket_address::of_ip("192.0.2." + std::to_string(number), 80);
}
socket_address v6(int number) {
  return *socket_address::of_ip("2001:db8::" + std::to_string(number), 80);
}

duration elapsed() { return loop::current().now().time_since_epoch(); }

}  // namespace

TEST_CASE("an address that refuses gives way to the next at once") {
  run_scripted([](scripted_network& network) -> task<> {
    network.answers[v4(1).text()] = {5ms, -ECONNREFUSED};
    network.answers[v4(2).text()] = {10ms, 0};
    const std::vector<socket_address> both{v4(1), v4(2)};
    const tcp_stream made = co_await tcp_stream::connect(both);
    CHECK(made.peer() == v4(2).text());
    CHECK(elapsed() == 15ms);
    CHECK(network.sockets_open == 1);
  });
}

TEST_CASE("an address that is silent has 250 ms before the next is tried beside it") {
  run_scripted([](scripted_network& network) -> task<> {
    network.answers[v4(3).text()] = {10ms, 0};
    const std::vector<socket_address> three{v4(1), v4(2), v4(3)};
    const tcp_stream made = co_await tcp_stream::connect(three);
    CHECK(made.peer() == v4(3).text());
    CHECK(network.attempts ==
          attempts{{v4(1).text(), 0ms}, {v4(2).text(), 250ms}, {v4(3).text(), 500ms}});
    CHECK(elapsed() == 510ms);
    CHECK(network.sockets_open == 1);
  });
}

TEST_CASE("an address that is slow wins when it still is the first to answer") {
  run_scripted([](scripted_network& network) -> task<> {
    network.answers[v4(1).text()] = {300ms, 0};
    network.answers[v4(2).text()] = {100ms, 0};
    const std::vector<socket_address> both{v4(1), v4(2)};
    const tcp_stream made = co_await tcp_stream::connect(both);
    CHECK(made.peer() == v4(1).text());
    CHECK(network.attempts.size() == 2);
    CHECK(elapsed() == 300ms);
    CHECK(network.sockets_open == 1);
  });
}

TEST_CASE("IPv6 and IPv4 take turns, each in its own order") {
  run_scripted([](scripted_network& network) -> task<> {
    network.answers[v6(3).text()] = {0ms, 0};
    const std::vector<socket_address> all{v6(1), v6(2), v6(3), v4(1), v4(2)};
    const tcp_stream made = co_await tcp_stream::connect(all);
    CHECK(made.peer() == v6(3).text());
    std::vector<std::string> order;
    for (const auto& one : network.attempts) order.push_back(one.address);
    const std::vector<std::string> expected{v6(1).text(), v4(1).text(), v6(2).text(), v4(2).text(),
                                            v6(3).text()};
    CHECK(order == expected);
  });
}

TEST_CASE("where all fail, the error tells of each, and a retry is worth it if it is for one") {
  run_scripted([](scripted_network& network) -> task<> {
    network.answers[v6(1).text()] = {1ms, -EACCES};
    network.answers[v4(1).text()] = {1ms, -ECONNREFUSED};
    const std::vector<socket_address> both{v6(1), v4(1)};
    const auto failed = co_await tcp_stream::connect(both).as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().disposition() == disposition::retry);
    CHECK(failed.error().code() == std::errc::connection_refused);
    const std::string& text = failed.error().message();
    CHECK(text.find("no address can be connected to; connect to [2001:db8::1]:80: Permission") ==
          0);
    CHECK(text.find("; connect to 192.0.2.1:80: Connection refused") != std::string::npos);
  });
}

TEST_CASE("of very many addresses 32 are tried") {
  run_scripted([](scripted_network& network) -> task<> {
    std::vector<socket_address> many;
    for (int number = 1; number <= 33; ++number) {
      many.push_back(v4(number));
      network.answers[v4(number).text()] = {1ms, -ECONNREFUSED};
    }
    const auto failed = co_await tcp_stream::connect(many).as_result();
    CHECK_FALSE(failed.has_value());
    CHECK(network.attempts.size() == 32);
  });
}

TEST_CASE("a deadline ends all attempts and is told as such") {
  run_scripted([](scripted_network& network) -> task<> {
    const std::vector<socket_address> both{v4(1), v4(2)};
    const auto late = co_await with_timeout(400ms, tcp_stream::connect(both)).as_result();
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(network.attempts.size() == 2);
    CHECK(network.sockets_open == 0);
  });
}

TEST_CASE("attempts that succeed as they are cancelled are closed") {
  run_scripted([](scripted_network& network) -> task<> {
    network.cancels_come_late = true;
    network.answers[v4(2).text()] = {10ms, 0};
    const std::vector<socket_address> both{v4(1), v4(2)};
    {
      const tcp_stream made = co_await tcp_stream::connect(both);
      CHECK(made.peer() == v4(2).text());
      CHECK(network.sockets_open == 1);
    }
    network.answers.clear();
    const auto late = co_await with_timeout(1s, tcp_stream::connect(both)).as_result();
    CHECK_FALSE(late.has_value());
    CHECK(network.sockets_open == 0);
  });
}

TEST_CASE("a connection of a client to itself is refused") {
  run_scripted([](scripted_network& network) -> task<> {
    network.connects_to_itself = true;
    network.answers[v4(1).text()] = {0ms, 0};
    const auto refused = co_await tcp_stream::connect(v4(1)).as_result();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code() == std::errc::connection_refused);
  });
}

TEST_CASE(
    "the kernel's sockets are raced too: a port where nobody listens, then one that answers") {
  run([]() -> task<> {
    const socket_address closed = tcp_listener::bind("127.0.0.1", 0).address();
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    const std::vector<socket_address> both{closed, listener.address()};
    auto ends = co_await when_all(tcp_stream::connect(both), listener.accept());
    CHECK(std::get<0>(ends).peer() == listener.address().text());
  });
}

TEST_SUITE_END();
