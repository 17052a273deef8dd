// SPDX-License-Identifier: Apache-2.0
#include "weir/udp.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/stream_operators.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.udp");

namespace {

using bytes = std::array<std::byte, 64>;

std::string text_of(std::span<const std::byte> data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

/// The next datagram as text.
task<std::string> receive_text(datagram_socket& socket) {
  bytes place;
  const received_datagram came = co_await socket.receive_from(place);
  co_return text_of(std::span(place).first(came.size));
}

task<> answer_once(udp_socket& socket) {
  bytes place;
  const received_datagram came = co_await socket.receive_from(place);
  co_await socket.send_to(std::span<const std::byte>(place).first(came.size), came.sender);
}

/// A port of `ip` to which nobody listens.
std::uint16_t closed_port(const char* ip) { return udp_socket::bind(ip, 0).port(); }

}  // namespace

TEST_CASE("a datagram arrives whole with its sender, who can be answered, over IPv4 and IPv6") {
  run([]() -> task<> {
    for (const char* ip : {"127.0.0.1", "::1"}) {
      udp_socket server = udp_socket::bind(ip, 0);
      udp_socket client = udp_socket::bind(ip, 0);
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(answer_once(server));
        co_await client.send_to("question", server.address());
        bytes place;
        const received_datagram came = co_await client.receive_from(place);
        CHECK(text_of(std::span(place).first(came.size)) == "question");
        CHECK(came.sender == server.address());
        CHECK(came.sender.text() == server.address().text());
        CHECK_FALSE(came.truncated);
        co_await children.join();
      });
    }
  });
}

TEST_CASE("datagrams keep their limits: none is joined with another, and one may be empty") {
  run([]() -> task<> {
    udp_socket server = udp_socket::bind("127.0.0.1", 0);
    udp_socket client = co_await udp_socket::connect(server.address());
    co_await client.send("one");
    co_await client.send("");
    co_await client.send("three");
    CHECK(co_await receive_text(server) == "one");
    CHECK(co_await receive_text(server) == "");
    CHECK(co_await receive_text(server) == "three");
  });
}

TEST_CASE("a datagram longer than its place is cut, and says so; one that just fits is not") {
  run([]() -> task<> {
    udp_socket server = udp_socket::bind("127.0.0.1", 0);
    udp_socket client = co_await udp_socket::connect(server.address());
    std::array<std::byte, 4> place;
    co_await client.send("12345");
    const received_datagram cut = co_await server.receive_from(place);
    CHECK(cut.truncated);
    CHECK(cut.size == 4);
    CHECK(cut.sender == client.address());
    co_await client.send("1234");
    const received_datagram whole = co_await server.receive_from(place);
    CHECK_FALSE(whole.truncated);
    CHECK(whole.size == 4);
  });
}

TEST_CASE("a connected socket receives from its peer alone") {
  run([]() -> task<> {
    udp_socket peer = udp_socket::bind("127.0.0.1", 0);
    udp_socket stranger = udp_socket::bind("127.0.0.1", 0);
    udp_socket client = co_await udp_socket::connect("127.0.0.1", peer.port());
    co_await stranger.send_to("not for you", client.address());
    co_await peer.send_to("for you", client.address());
    CHECK(co_await receive_text(client) == "for you");
  });
}

TEST_CASE("where nobody listens, a connected socket is told so, and can still be used") {
  run([]() -> task<> {
    const std::uint16_t closed = closed_port("127.0.0.1");
    const std::string peer = "127.0.0.1:" + std::to_string(closed);
    udp_socket client = co_await udp_socket::connect("127.0.0.1", closed);
    co_await client.send("anybody?");
    bytes place;
    const auto refused = co_await client.receive_from(place).as_result();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code() == std::errc::connection_refused);
    CHECK(refused.error().disposition() == disposition::retry);
    CHECK(refused.error().message() ==
          "receive on the socket to " + peer +
              ": Connection refused; nothing listens there, or a firewall refuses it");

    co_await client.send("anybody?");
    const auto unsent = co_await client.send("anybody now?").as_result();
    REQUIRE_FALSE(unsent.has_value());
    CHECK(unsent.error().message().find("send 12 bytes from the socket to " + peer) == 0);

    udp_socket late = udp_socket::bind("127.0.0.1", closed);
    co_await client.send("now?");
    CHECK(co_await receive_text(late) == "now?");
  });
}

TEST_CASE("a receive that waits is told too that nobody listens") {
  run([]() -> task<> {
    udp_socket client = co_await udp_socket::connect("127.0.0.1", closed_port("127.0.0.1"));
    const auto send_soon = [](udp_socket& from) -> task<> {
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      co_await from.send("anybody?");
    };
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(send_soon(client));
      bytes place;
      const auto refused = co_await client.receive_from(place).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().code() == std::errc::connection_refused);
    });
  });
}

TEST_CASE("a datagram that is too long is an error with its size, its goal and the cause") {
  run([]() -> task<> {
    udp_socket socket = udp_socket::bind("127.0.0.1", 0);
    const std::string longest(65'507, 'x');
    co_await socket.send_to(longest, socket.address());
    const auto failed = co_await socket.send_to(longest + "x", socket.address()).as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code() == std::errc::message_size);
    const std::string here = socket.address().text();
    CHECK(failed.error().message().find("send 65508 bytes to " + here + " from the socket " + here +
                                        ": Message too long; ") == 0);
  });
}

TEST_CASE("a cancelled receive takes no datagram") {
  run([]() -> task<> {
    udp_socket server = udp_socket::bind("127.0.0.1", 0);
    udp_socket client = co_await udp_socket::connect(server.address());
    bytes place;
    const auto late = co_await with_timeout(1ms, server.receive_from(place)).as_result();
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().is(errc::deadline_exceeded));
    co_await client.send("kept");
    CHECK(co_await receive_text(server) == "kept");
  });
}

TEST_CASE("datagrams as a stream own their bytes, and say who sent them") {
  run([]() -> task<> {
    udp_socket server = udp_socket::bind("127.0.0.1", 0);
    udp_socket client = co_await udp_socket::connect(server.address());
    for (const char* text : {"a", "bb", "ccccc"}) co_await client.send(text);
    std::vector<datagram> all;
    stream<datagram> coming = server.datagrams(4);
    for (int count = 0; count < 3; ++count) all.push_back(*co_await coming.next());
    CHECK(text_of(all[0].bytes) == "a");
    CHECK(text_of(all[1].bytes) == "bb");
    CHECK(text_of(all[2].bytes) == "cccc");
    CHECK(all[2].truncated);
    CHECK(all[2].sender == client.address());
  });
}

TEST_CASE("sockets that ask for it share a port") {
  run([]() -> task<> {
    const udp_options shared{.reuse_port = true, .buffers = {.send = 40'000, .receive = 30'000}};
    udp_socket first = udp_socket::bind("127.0.0.1", 0, shared);
    const udp_socket second = udp_socket::bind("127.0.0.1", first.port(), shared);
    CHECK(second.port() == first.port());
    const std::string taken = "bind to " + first.address().text() + ": Address already in use";
    CHECK_THROWS_WITH_AS(udp_socket::bind("127.0.0.1", first.port()),
                         doctest::Contains(taken.c_str()), error);
    CHECK_THROWS_WITH_AS(udp_socket::bind("localhost", 0), doctest::Contains("'localhost'"), error);
    co_return;
  });
}

TEST_SUITE_END();
