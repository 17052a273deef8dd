// SPDX-License-Identifier: Apache-2.0
#include "weir/tcp.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "connected_pair.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "weir/resolve.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"
#include "weir/when_any.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.tcp");

namespace {

task<> serve_one(tcp_listener& listener) {
  tcp_stream peer = co_await listener.accept();
  co_await echo(peer);
}

task<> send_and_end(tcp_stream& target, const std::string& text) {
  co_await target.write_all(text);
  target.shutdown_write();
}

}  // namespace

TEST_CASE("what is written comes back from an echo, whole and in order") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    CHECK(listener.port() != 0);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(serve_one(listener));
      tcp_stream client = co_await tcp_stream::connect("127.0.0.1", listener.port());
      const std::string sent = pattern(1 << 20);
      const auto both = co_await when_all(send_and_end(client, sent), read_to_end(client));
      CHECK((std::get<1>(both) == sent));
      co_await children.join();
    });
  });
}

TEST_CASE("a hundred connections at a time are served") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    constexpr int connections = 100;
    int right = 0;
    const auto talk = [](std::uint16_t port, int id, int& successes) -> task<> {
      tcp_stream client = co_await tcp_stream::connect("127.0.0.1", port);
      const std::string sent = "connection " + std::to_string(id);
      co_await send_and_end(client, sent);
      if (co_await read_to_end(client) == sent) ++successes;
    };
    co_await with_scope([&](scope& children) -> task<> {
      for (int id = 0; id < connections; ++id) {
        children.spawn(serve_one(listener));
        children.spawn(talk(listener.port(), id, right));
      }
      co_await children.join();
    });
    CHECK(right == connections);
  });
}

TEST_CASE("a write to a peer that does not read waits, and goes on when it reads") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    const std::string sent = pattern(16 << 20);  // more than the buffers of both sides take
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(send_and_end(pair.client, sent));
      for (int turn = 0; turn < 100; ++turn) co_await yield();
      CHECK(children.size() == 1);
      CHECK((co_await read_to_end(pair.server) == sent));
      co_await children.join();
    });
  });
}

TEST_CASE("a write that does not wait takes what there is room for, and the next write the rest") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    const std::string sent = pattern(16 << 20);  // more than the buffers of both sides take
    std::string_view left = sent;
    for (std::size_t taken = pair.client.try_write(left); taken > 0;
         taken = pair.client.try_write(left))
      left.remove_prefix(taken);
    CHECK(!left.empty());
    co_await with_scope([&](scope& children) -> task<> {
      const std::string rest(left);
      children.spawn(send_and_end(pair.client, rest));
      CHECK((co_await read_to_end(pair.server) == sent));
      co_await children.join();
    });
  });
}

TEST_CASE("a write that does not wait tells of a peer that closed") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    CHECK(pair.client.try_write("") == 0);
    pair.client.shutdown_write();
    std::string text;
    try {
      // A simulated socket takes nothing at once.
      if (pair.client.try_write("too late") == 0) co_await pair.client.write_all("too late");
    } catch (const error& failure) {
      text = failure.message();
    }
    CHECK(text.find("write to 127.0.0.1:") != text.npos);
  });
}

TEST_CASE("the end of the peer's stream reads as 0, again and again") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    pair.client.shutdown_write();
    std::array<std::byte, 8> part;
    CHECK(co_await pair.server.read_some(part) == 0);
    CHECK(co_await pair.server.read_some(part) == 0);
    co_await pair.server.write_all("still open in this direction");
    pair.server.close();
    CHECK(co_await read_to_end(pair.client) == "still open in this direction");
  });
}

TEST_CASE("a cancelled read ends, and the next read gets the bytes") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    std::array<std::byte, 8> part;
    const auto late = co_await with_timeout(1ms, pair.server.read_some(part)).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    co_await pair.client.write_all("bytes");
    CHECK(co_await pair.server.read_some(part) == 5);
  });
}

TEST_CASE("a read and a write of one connection are in flight at the same time") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    const std::string there = pattern(4 << 20);
    const std::string back = pattern(3 << 20);
    const auto all =
        co_await when_all(send_and_end(pair.client, there), send_and_end(pair.server, back),
                          read_to_end(pair.client), read_to_end(pair.server));
    CHECK((std::get<2>(all) == back));
    CHECK((std::get<3>(all) == there));
  });
}

TEST_CASE("a cancelled accept ends, and the next accept gets the connection") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    const auto late = co_await with_timeout(1ms, listener.accept()).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    connected_pair pair = co_await connect_pair(listener);
    co_await pair.client.write_all("x");
    std::array<std::byte, 8> part;
    CHECK(co_await pair.server.read_some(part) == 1);
  });
}

TEST_CASE("a listener takes the place of one that has accepted") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    const connected_pair before = co_await connect_pair(listener);
    const auto never_taken = co_await tcp_stream::connect(listener.address());
    listener = tcp_listener::bind("127.0.0.1", 0);
    tcp_listener beside = tcp_listener::bind("127.0.0.1", 0);
    for (tcp_listener* each : {&beside, &listener}) {
      connected_pair pair = co_await connect_pair(*each);
      co_await pair.client.write_all("x");
      std::array<std::byte, 8> part;
      CHECK(co_await pair.server.read_some(part) == 1);
    }
  });
}

TEST_CASE("a connection accepted as the cancellation came is closed, not leaked") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    const int before = open_descriptors();
    for (int round = 0; round < 50; ++round) {
      tcp_stream client = co_await tcp_stream::connect(listener.address());
      // Both end in the same turn or nearly so; who wins decides whether the stream is dropped.
      static_cast<void>(co_await when_any(as_task(yield()), listener.accept()));
    }
    // Connections that no accept took are still in the queue; take them.
    for (;;) {
      const auto left = co_await with_timeout(20ms, listener.accept()).as_result();
      if (!left.has_value()) break;
    }
    CHECK(open_descriptors() == before);
  });
}

TEST_CASE("a connection that is refused is an error with the address, to be retried") {
  run([]() -> task<> {
    std::uint16_t free_port = 0;
    {
      free_port = tcp_listener::bind("127.0.0.1", 0).port();
    }
    const auto refused = co_await tcp_stream::connect("127.0.0.1", free_port).as_result();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code() == std::errc::connection_refused);
    CHECK(refused.error().disposition() == disposition::retry);
    CHECK(refused.error().message() ==
          "connect to 127.0.0.1:" + std::to_string(free_port) +
              ": Connection refused; nothing listens there, or a firewall refuses it");
  });
}

TEST_CASE("writing to a peer that closed is an error with its address, and no signal") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    const std::string peer = pair.client.peer();
    CHECK(peer == listener.address().text());
    pair.server.close();
    std::optional<error> failed;
    while (!failed) {
      const auto written = co_await pair.client.write_all("into the void").as_result();
      if (!written.has_value()) failed = written.error();
    }
    CHECK(failed->message().find("write to " + peer) == 0);
    CHECK(failed->disposition() == disposition::retry);
  });
}

TEST_CASE("a port that is taken, and a name, are refused by bind with the address") {
  run([]() -> task<> {
    tcp_listener first = tcp_listener::bind("127.0.0.1", 0);
    const std::string taken = "listen on " + first.address().text() + ": Address already in use";
    CHECK_THROWS_WITH_AS(tcp_listener::bind("127.0.0.1", first.port()),
                         doctest::Contains(taken.c_str()), error);
    CHECK_THROWS_AS(tcp_listener::bind("localhost", 0), error);
    co_return;
  });
}

TEST_CASE("localhost is resolved off the loop, and connected to whichever address answers") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    const auto addresses = co_await resolve("localhost", listener.port());
    REQUIRE_FALSE(addresses.empty());
    CHECK(addresses.front().port() == listener.port());
    auto ends =
        co_await when_all(tcp_stream::connect("localhost", listener.port()), listener.accept());
    CHECK(std::get<0>(ends).peer() == listener.address().text());
  });
}

TEST_CASE("a name that cannot be a host's is an error with the name") {
  run([]() -> task<> {
    const auto unknown = co_await tcp_stream::connect("no such host", 1).as_result();
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().message().find("'no such host'") != std::string::npos);
    CHECK(unknown.error().disposition() == disposition::retry);
  });
}

TEST_CASE("addresses have a text for people") {
  CHECK(socket_address::of_ip("127.0.0.1", 80)->text() == "127.0.0.1:80");
  CHECK(socket_address::of_ip("::1", 4222)->text() == "[::1]:4222");
  CHECK(socket_address::of_path("/run/a.sock").text() == "unix:/run/a.sock");
  CHECK_FALSE(socket_address::of_ip("localhost", 80).has_value());
  CHECK_FALSE(socket_address::of_ip("", 80).has_value());
}

TEST_SUITE_END();
