// SPDX-License-Identifier: Apache-2.0
// What Linux does with stream sockets at their edges. Simulated sockets must do the same, so these
// cases run on every driver.
#include <doctest/doctest.h>
#include <poll.h>

#include <array>
#include <string>

#include "run.hpp"
#include "sockets.hpp"
#include "temporary_directory.hpp"
#include "weir/poll.hpp"
#include "weir/scope.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"
#include "weir/unix_socket.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.socket_semantics");

namespace {

template <class Stream>
struct ends {
  Stream client;
  Stream server;
};

task<ends<tcp_stream>> connect_tcp() {
  tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
  auto both = co_await when_all(tcp_stream::connect(listener.address()), listener.accept());
  co_return ends<tcp_stream>{std::move(std::get<0>(both)), std::move(std::get<1>(both))};
}

task<ends<unix_stream>> connect_unix(std::string path) {
  unix_listener listener = unix_listener::bind(path);
  auto both = co_await when_all(unix_stream::connect(path), listener.accept());
  co_return ends<unix_stream>{std::move(std::get<0>(both)), std::move(std::get<1>(both))};
}

/// The code of a read that must fail.
task<std::error_code> failure_of_read(socket_stream& source) {
  std::array<std::byte, 64> part;
  const auto count = co_await source.read_some(part).as_result();
  co_return count.has_value() ? std::error_code() : count.error().code();
}

task<std::error_code> failure_of_write(socket_stream& target, std::string_view text) {
  const auto written = co_await target.write_all(text).as_result();
  co_return written.has_value() ? std::error_code() : written.error().code();
}

/// Writes until that fails, as it must.
task<std::error_code> first_failure_of_writes(socket_stream& target) {
  for (;;) {
    const std::error_code failure = co_await failure_of_write(target, "more");
    if (failure) co_return failure;
  }
}

}  // namespace

TEST_CASE("a connection closed with bytes unread is reset for the other end, and then ended") {
  run([]() -> task<> {
    auto pair = co_await connect_tcp();
    co_await pair.client.write_all("never read");
    co_await poll(pair.server.descriptor(), POLLIN);
    pair.server.close();
    CHECK(co_await failure_of_read(pair.client) == std::errc::connection_reset);
    CHECK(co_await read_to_end(pair.client) == "");
    CHECK(co_await failure_of_write(pair.client, "more") == std::errc::broken_pipe);
  });
}

TEST_CASE("what came before a reset is read before the reset is told") {
  run([]() -> task<> {
    auto pair = co_await connect_tcp();
    co_await pair.client.write_all("never read");
    co_await pair.server.write_all("farewell");
    co_await poll(pair.server.descriptor(), POLLIN);
    pair.server.close();
    co_await poll(pair.client.descriptor(), POLLRDHUP);
    std::array<std::byte, 64> part;
    CHECK(co_await pair.client.read_some(part) == 8);
    CHECK(co_await failure_of_read(pair.client) == std::errc::connection_reset);
  });
}

TEST_CASE("a write to an end that was closed after its end of stream breaks the pipe") {
  run([]() -> task<> {
    auto pair = co_await connect_tcp();
    pair.server.close();
    CHECK(co_await read_to_end(pair.client) == "");
    CHECK(co_await first_failure_of_writes(pair.client) == std::errc::broken_pipe);
    CHECK(co_await failure_of_write(pair.client, "more") == std::errc::broken_pipe);
  });
}

TEST_CASE("after a shutdown of writing one's own writes fail, and reading goes on") {
  run([]() -> task<> {
    auto pair = co_await connect_tcp();
    pair.client.shutdown_write();
    CHECK(co_await failure_of_write(pair.client, "more") == std::errc::broken_pipe);
    co_await pair.server.write_all("answer");
    pair.server.shutdown_write();
    CHECK(co_await read_to_end(pair.client) == "answer");
    CHECK(co_await read_to_end(pair.server) == "");
  });
}

TEST_CASE("the end of a stream comes after all that was written, whole, at a close too") {
  run([]() -> task<> {
    auto pair = co_await connect_tcp();
    const std::string text(40'000, 'x');
    co_await pair.client.write_all(text);
    pair.client.close();
    CHECK((co_await read_to_end(pair.server) == text));
  });
}

TEST_CASE("a Unix socket closed with bytes unread is reset for the other end") {
  const temporary_directory place;
  run([&]() -> task<> {
    auto pair = co_await connect_unix(place / "a.sock");
    co_await pair.client.write_all("never read");
    pair.server.close();
    CHECK(co_await failure_of_read(pair.client) == std::errc::connection_reset);
    CHECK(co_await read_to_end(pair.client) == "");
  });
}

TEST_CASE("a write to a closed Unix socket breaks the pipe at once") {
  const temporary_directory place;
  run([&]() -> task<> {
    auto pair = co_await connect_unix(place / "a.sock");
    co_await pair.server.write_all("farewell");
    pair.server.close();
    CHECK(co_await failure_of_write(pair.client, "more") == std::errc::broken_pipe);
    CHECK(co_await read_to_end(pair.client) == "farewell");
  });
}

TEST_CASE("a listener on all addresses takes connections to each, over IPv6 those of IPv4 too") {
  run([]() -> task<> {
    for (const char* host : {"0.0.0.0", "::"}) {
      tcp_listener listener = tcp_listener::bind(host, 0);
      auto both =
          co_await when_all(tcp_stream::connect("127.0.0.1", listener.port()), listener.accept());
      const std::string peer = std::get<1>(both).peer();
      CHECK(peer.find("127.0.0.1") != std::string::npos);
      co_await std::get<1>(both).write_all("hello");
      std::get<1>(both).close();
      CHECK(co_await read_to_end(std::get<0>(both)) == "hello");
    }
  });
}

TEST_CASE("connections made before the accept wait for it, in order") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    tcp_stream first = co_await tcp_stream::connect(listener.address());
    tcp_stream second = co_await tcp_stream::connect(listener.address());
    co_await second.write_all("2");
    co_await first.write_all("1");
    first.close();
    second.close();
    tcp_stream accepted = co_await listener.accept();
    CHECK(co_await read_to_end(accepted) == "1");
    accepted = co_await listener.accept();
    CHECK(co_await read_to_end(accepted) == "2");
  });
}

TEST_CASE("connections that nobody accepted are reset when the listener closes") {
  run([]() -> task<> {
    std::optional<tcp_listener> listener(tcp_listener::bind("127.0.0.1", 0));
    tcp_stream client = co_await tcp_stream::connect(listener->address());
    listener.reset();
    CHECK(co_await failure_of_read(client) == std::errc::connection_reset);
  });
}

TEST_CASE("a poll tells what a socket is ready for") {
  run([]() -> task<> {
    auto pair = co_await connect_tcp();
    CHECK(co_await poll(pair.client.descriptor(), POLLIN | POLLOUT) == POLLOUT);
    co_await pair.client.write_all("x");
    CHECK(co_await poll(pair.server.descriptor(), POLLIN) == POLLIN);
    pair.client.shutdown_write();
    CHECK(co_await poll(pair.server.descriptor(), POLLRDHUP) == POLLRDHUP);
    pair.server.shutdown_write();
    CHECK((co_await poll(pair.client.descriptor(), POLLIN) & POLLHUP) != 0);
  });
}

TEST_CASE("a poll of a listener tells that a connection waits") {
  run([]() -> task<> {
    socket_calls& calls = loop::current().driver();
    const file_descriptor listener(calls.open_socket(AF_INET, SOCK_STREAM));
    REQUIRE(calls.bind_socket(listener.get(), *socket_address::of_ip("127.0.0.1", 0)) == 0);
    REQUIRE(calls.listen_on(listener.get(), 1) == 0);
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    REQUIRE(calls.local_address(listener.get(), storage, size) == 0);
    const socket_address address(reinterpret_cast<const sockaddr*>(&storage), size);
    auto both =
        co_await when_all(as_task(poll(listener.get(), POLLIN)), tcp_stream::connect(address));
    CHECK(std::get<0>(both) == POLLIN);
  });
}

TEST_CASE("the path of a Unix socket that was closed and not removed refuses, and stays taken") {
  const temporary_directory place;
  run([&]() -> task<> {
    const socket_address address = socket_address::of_path(place / "a.sock");
    socket_calls& calls = loop::current().driver();
    {
      const file_descriptor bound(calls.open_socket(AF_UNIX, SOCK_STREAM));
      REQUIRE(calls.bind_socket(bound.get(), address) == 0);
      const auto early = co_await unix_stream::connect(place / "a.sock").as_result();
      CHECK(early.error().code() == std::errc::connection_refused);
    }
    const auto late = co_await unix_stream::connect(place / "a.sock").as_result();
    CHECK(late.error().code() == std::errc::connection_refused);
    CHECK_THROWS_AS(unix_listener::bind(place / "a.sock"), error);
    CHECK(calls.remove_path(address) == 0);
    CHECK(calls.remove_path(address) == -ENOENT);
    CHECK_NOTHROW(unix_listener::bind(place / "a.sock"));
  });
}

TEST_SUITE_END();
