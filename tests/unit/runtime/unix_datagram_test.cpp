// SPDX-License-Identifier: Apache-2.0
#include "weir/unix_datagram.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>

#include "run.hpp"
#include "temporary_directory.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.unix_datagram");

namespace {

using bytes = std::array<std::byte, 64>;

task<std::string> receive_text(datagram_socket& socket) {
  bytes place;
  const received_datagram came = co_await socket.receive_from(place);
  co_return std::string(reinterpret_cast<const char*>(place.data()), came.size);
}

/// Whether there is a socket at `path`.
task<bool> is_there(std::string path) {
  const auto connected = co_await unix_datagram_socket::connect(path).as_result();
  co_return connected.has_value() ||
      connected.error().code() != std::errc::no_such_file_or_directory;
}

/// Sends numbers until one has to wait, which is then cancelled; gives how many were sent.
task<int> send_until_full(unix_datagram_socket& sender) {
  for (int count = 0;; ++count) {
    const std::string number = std::to_string(count);
    const auto sent = co_await with_timeout(20ms, sender.send(number)).as_result();
    if (!sent.has_value()) co_return count;
  }
}

}  // namespace

TEST_CASE("a datagram arrives with the path of its sender, who can be answered") {
  const temporary_directory place;
  run([&]() -> task<> {
    unix_datagram_socket server = unix_datagram_socket::bind(place / "server");
    unix_datagram_socket client = unix_datagram_socket::bind(place / "client");
    co_await client.send_to("question", server.address());
    bytes into;
    const received_datagram came = co_await server.receive_from(into);
    CHECK(came.size == 8);
    CHECK(came.sender == client.address());
    CHECK(came.sender.text() == "unix:" + (place / "client"));
    co_await server.send_to("answer", came.sender);
    CHECK(co_await receive_text(client) == "answer");
  });
}

TEST_CASE("a sender without a name has none") {
  const temporary_directory place;
  run([&]() -> task<> {
    unix_datagram_socket server = unix_datagram_socket::bind(place / "server");
    unix_datagram_socket client = co_await unix_datagram_socket::connect(place / "server");
    CHECK(client.address().text() == "unix:(no name)");
    co_await client.send("who am I?");
    bytes into;
    const received_datagram came = co_await server.receive_from(into);
    CHECK(came.size == 9);
    CHECK(came.sender.text() == "(no address)");
  });
}

TEST_CASE("a pair talks in both directions") {
  run([]() -> task<> {
    std::array<unix_datagram_socket, 2> pair = unix_datagram_socket::pair();
    co_await pair[0].send("there");
    co_await pair[1].send("back");
    CHECK(co_await receive_text(pair[1]) == "there");
    CHECK(co_await receive_text(pair[0]) == "back");
    pair[1].close();
    const auto refused = co_await pair[0].send("nobody").as_result();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message().find("send 6 bytes from the socket to the other end") == 0);
  });
}

TEST_CASE("a receiver that does not keep up holds up a connected sender, and nothing is lost") {
  const temporary_directory place;
  run([&]() -> task<> {
    unix_datagram_socket server = unix_datagram_socket::bind(place / "server");
    unix_datagram_socket client = co_await unix_datagram_socket::connect(place / "server");
    const int queued = co_await send_until_full(client);
    CHECK(queued > 0);
    const auto send_more = [](unix_datagram_socket& sender, int from, int count) -> task<> {
      for (int number = from; number < from + count; ++number) {
        const std::string text = std::to_string(number);
        co_await sender.send(text);
      }
    };
    constexpr int more = 100;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(send_more(client, queued, more));
      for (int turn = 0; turn < 20; ++turn) co_await yield();
      CHECK(children.size() == 1);
      bool in_order = true;
      for (int number = 0; number < queued + more; ++number) {
        in_order = in_order && co_await receive_text(server) == std::to_string(number);
      }
      CHECK(in_order);
      co_await children.join();
    });
  });
}

TEST_CASE("a receiver that does not keep up refuses a sender that is not connected") {
  const temporary_directory place;
  run([&]() -> task<> {
    unix_datagram_socket server = unix_datagram_socket::bind(place / "server");
    unix_datagram_socket client = unix_datagram_socket::bind(place / "client");
    int queued = 0;
    for (;; ++queued) {
      const auto sent = co_await client.send_to("x", server.address()).as_result();
      if (sent.has_value()) continue;
      CHECK(sent.error().disposition() == disposition::retry);
      CHECK(sent.error().message().find("send 1 bytes to unix:" + place / "server") == 0);
      CHECK(sent.error().message().find("does not keep up") != std::string::npos);
      break;
    }
    CHECK(queued > 0);
    co_await receive_text(server);
    co_await client.send_to("room again", server.address());
  });
}

TEST_CASE("the path is removed with the socket, wherever it was moved") {
  const temporary_directory place;
  const std::string path = place / "server";
  run([&]() -> task<> {
    {
      unix_datagram_socket first = unix_datagram_socket::bind(path);
      const unix_datagram_socket second = std::move(first);
      CHECK(co_await is_there(path));
    }
    CHECK_FALSE(co_await is_there(path));
    unix_datagram_socket again = unix_datagram_socket::bind(path);
    CHECK_THROWS_WITH_AS(unix_datagram_socket::bind(path), doctest::Contains(path.c_str()), error);
    CHECK(co_await is_there(path));
    again = unix_datagram_socket::bind(place / "other");
    CHECK_FALSE(co_await is_there(path));
    const auto missing = co_await unix_datagram_socket::connect(path).as_result();
    CHECK(missing.error().message() == "connect to unix:" + path + ": No such file or directory");
  });
}

TEST_SUITE_END();
