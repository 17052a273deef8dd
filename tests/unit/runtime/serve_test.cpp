// SPDX-License-Identifier: Apache-2.0
#include "weir/serve.hpp"

#include <doctest/doctest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "run.hpp"
#include "sockets.hpp"
#include "temporary_directory.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/tcp.hpp"
#include "weir/unix_socket.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.serve");

namespace {

task<> echo_once(tcp_stream peer) { co_await echo(peer); }

task<std::string> ask(socket_address server, std::string text) {
  tcp_stream client = co_await tcp_stream::connect(server);
  co_await client.write_all(text);
  client.shutdown_write();
  co_return co_await read_to_end(client);
}

task<> ask_rightly(socket_address server, int id, int& right) {
  const std::string text = "client " + std::to_string(id);
  if (co_await ask(server, text) == text) ++right;
}

}  // namespace

TEST_CASE("each connection is served by a task of its own, until it is cancelled") {
  run([]() -> task<> {
    const int before = open_descriptors();
    {
      tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
      int right = 0;
      co_await with_scope([&](scope& servers) -> task<> {
        servers.spawn(serve(listener, echo_once));
        co_await with_scope([&](scope& clients) -> task<> {
          for (int id = 0; id < 50; ++id) clients.spawn(ask_rightly(listener.address(), id, right));
          co_await clients.join();
        });
      });
      CHECK(right == 50);
    }
    CHECK(open_descriptors() == before);
  });
}

TEST_CASE("no more connections than the limit are served at a time; the others wait") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    int now = 0;
    int most = 0;
    int right = 0;
    manual_reset_event full;
    const serve_options three{.connections_max = 3};
    const auto count = [&](tcp_stream peer) -> task<> {
      most = std::max(most, ++now);
      if (now == 3) full.set();
      co_await full.wait();
      co_await echo(peer);
      --now;
    };
    co_await with_scope([&](scope& servers) -> task<> {
      servers.spawn(serve(listener, count, three));
      co_await with_scope([&](scope& clients) -> task<> {
        for (int id = 0; id < 20; ++id) clients.spawn(ask_rightly(listener.address(), id, right));
        co_await clients.join();
      });
    });
    CHECK(right == 20);
    CHECK(most == 3);
  });
}

TEST_CASE("a handler that fails is told, and the next connection is served") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    std::vector<std::string> told;
    const serve_options options{
        .report = [&](const error& failure) { told.push_back(failure.message()); }};
    int served = 0;
    const auto fail_twice = [&](tcp_stream peer) -> task<> {
      ++served;
      if (served == 1) throw std::runtime_error("before it became a task");
      const auto fail_later = [](tcp_stream given, int number) -> task<> {
        co_await yield();
        if (number == 2) throw std::runtime_error("in the middle");
        co_await echo(given);
      };
      return fail_later(std::move(peer), served);
    };
    co_await with_scope([&](scope& servers) -> task<> {
      servers.spawn(serve(listener, fail_twice, options));
      for (int id = 0; id < 2; ++id) {
        static_cast<void>(co_await ask(listener.address(), "x").as_result());
      }
      CHECK(co_await ask(listener.address(), "third") == "third");
    });
    CHECK(told == std::vector<std::string>{"before it became a task", "in the middle"});
  });
}

TEST_CASE("a cancelled serve stops its handlers, closes their connections and tells nothing") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    manual_reset_event begun;
    bool ended = false;
    int told = 0;
    const serve_options options{.report = [&](const error&) { ++told; }};
    const auto wait_for_ever = [&](tcp_stream peer) -> task<> {
      begun.set();
      std::array<std::byte, 8> place;
      const auto read = co_await peer.read_some(place).as_result();
      ended = read.error().is_cancelled();
      throw read.error();
    };
    tcp_stream client = co_await tcp_stream::connect(listener.address());
    co_await with_scope([&](scope& servers) -> task<> {
      servers.spawn(serve(listener, wait_for_ever, options));
      co_await begun.wait();
    });
    CHECK(ended);
    CHECK(told == 0);
    CHECK(co_await read_to_end(client) == "");
  });
}

TEST_CASE("a Unix listener is served in the same way") {
  const temporary_directory place;
  run([&]() -> task<> {
    unix_listener listener = unix_listener::bind(place / "socket");
    const auto answer = [](unix_stream peer) -> task<> { co_await echo(peer); };
    co_await with_scope([&](scope& servers) -> task<> {
      servers.spawn(serve(listener, answer));
      unix_stream client = co_await unix_stream::connect(place / "socket");
      co_await client.write_all("by a path");
      client.shutdown_write();
      CHECK(co_await read_to_end(client) == "by a path");
    });
  });
}

TEST_SUITE_END();
