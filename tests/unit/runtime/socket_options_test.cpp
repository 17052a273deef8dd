// SPDX-License-Identifier: Apache-2.0
#include "weir/socket_options.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "connected_pair.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/unix_socket.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.socket_options");

namespace {

const tcp_options everything{
    .nodelay = true,
    .keepalive = tcp_keepalive{.idle = 30s, .interval = 5s, .probes = 4},
    .user_timeout = 20s,
    .buffers = {.send = 100'000, .receive = 50'000},
};

void check_everything(const tcp_options& seen) {
  CHECK(seen.nodelay == true);
  REQUIRE(seen.keepalive.has_value());
  CHECK(seen.keepalive->idle == 30s);
  CHECK(seen.keepalive->interval == 5s);
  CHECK(seen.keepalive->probes == 4);
  CHECK(seen.user_timeout == 20s);
  CHECK(seen.buffers.send == 200'000);  // The kernel doubles them.
  CHECK(seen.buffers.receive == 100'000);
}

}  // namespace

TEST_CASE("all options of a connection can be given when it is made") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    const tcp_stream client = co_await tcp_stream::connect(listener.address(), everything);
    check_everything(client.options());
  });
}

TEST_CASE("accepted connections have the options that the listener names for them") {
  run([]() -> task<> {
    const tcp_listen_options options{.connections = everything};
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0, options);
    const connected_pair pair = co_await connect_pair(listener);
    check_everything(pair.server.options());
    CHECK(pair.client.options().nodelay == false);
  });
}

TEST_CASE("setting options changes those that are named, and no others") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    pair.client.set_options(everything);
    check_everything(pair.client.options());
    pair.client.set_options({});
    check_everything(pair.client.options());
    pair.client.set_nodelay(false);
    CHECK(pair.client.options().nodelay == false);
    CHECK(pair.client.options().user_timeout == 20s);
    pair.client.set_options({.keepalive = tcp_keepalive{.idle = 0s}});
    CHECK(pair.client.options().keepalive->idle == 0s);
  });
}

TEST_CASE("an option that the kernel refuses is an error with its name, its value and the peer") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    connected_pair pair = co_await connect_pair(listener);
    const std::string peer = pair.client.peer();
    const std::string text =
        "set TCP_KEEPIDLE of the connection to " + peer + " to 2147483647: Invalid argument";
    CHECK_THROWS_WITH_AS(
        pair.client.set_options({.keepalive = tcp_keepalive{.idle = 24h * 40'000}}), text.c_str(),
        error);
    CHECK_THROWS_AS(pair.client.set_options({.user_timeout = -1ms}), error);
  });
}

TEST_CASE("Unix connections have buffers of the size that is asked for") {
  run([]() -> task<> {
    std::array<unix_stream, 2> pair = unix_stream::pair();
    pair[0].set_buffers({.send = 30'000});
    CHECK(pair[0].buffers().send == 60'000);
    CHECK(pair[1].buffers().send != 60'000);
    co_return;
  });
}

TEST_CASE("listeners that ask for it share a port and its connections") {
  run([]() -> task<> {
    const tcp_listen_options shared{.reuse_port = true};
    tcp_listener first = tcp_listener::bind("127.0.0.1", 0, shared);
    tcp_listener second = tcp_listener::bind("127.0.0.1", first.port(), shared);
    CHECK_THROWS_AS(tcp_listener::bind("127.0.0.1", first.port()), error);
    std::vector<tcp_stream> clients;
    constexpr int connections = 64;
    for (int made = 0; made < connections; ++made) {
      clients.push_back(co_await tcp_stream::connect(first.address()));
    }
    std::array<int, 2> accepted{};
    manual_reset_event all;
    const auto take = [&](tcp_listener& listener, int& count) -> task<> {
      for (;;) {
        co_await listener.accept();
        ++count;
        if (accepted[0] + accepted[1] == connections) all.set();
      }
    };
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(take(first, accepted[0]));
      children.spawn(take(second, accepted[1]));
      co_await all.wait();
    });
    CHECK(accepted[0] > 0);  // That one gets all of 64 happens once in 2^63 times.
    CHECK(accepted[1] > 0);
  });
}

TEST_CASE("an address of IPv6 stands for IPv4 too, unless it is said not to") {
  run([]() -> task<> {
    tcp_listener both = tcp_listener::bind("::", 0);
    const auto of_v4 = socket_address::of_ip("127.0.0.1", both.port());
    const tcp_stream client = co_await tcp_stream::connect(*of_v4);
    CHECK(client.peer() == of_v4->text());

    const tcp_listen_options strict{.ipv6_only = true};
    tcp_listener only = tcp_listener::bind("::", 0, strict);
    const auto refused =
        co_await tcp_stream::connect(*socket_address::of_ip("127.0.0.1", only.port())).as_result();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code() == std::errc::connection_refused);
  });
}

TEST_CASE("the backlog bounds how many connections wait to be accepted") {
  run([]() -> task<> {
    const tcp_listen_options narrow{.backlog = 1};
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0, narrow);
    // The kernel takes one more than it is told; what comes then gets no answer.
    std::vector<tcp_stream> waiting;
    for (int made = 0; made < 2; ++made) {
      waiting.push_back(co_await tcp_stream::connect(listener.address()));
    }
    const auto late =
        co_await with_timeout(20ms, tcp_stream::connect(listener.address())).as_result();
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().is(errc::deadline_exceeded));
  });
}

TEST_SUITE_END();
