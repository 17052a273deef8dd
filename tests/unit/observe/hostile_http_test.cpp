// SPDX-License-Identifier: Apache-2.0
// A server among peers that mean it no good.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <functional>
#include <random>

#include "http_client.hpp"
#include "run.hpp"
#include "weir/observe/http_server.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("observe.hostile_http");

namespace {

constexpr std::size_t crowd_max = 10'000;
constexpr int asked = 20;

/// A peer that does its worst, once; how it ends is nobody's concern.
using attacker = std::function<task<>(socket_address)>;

/// What a program does besides, as fast as it can, while it looks after the server's bounds.
struct daily_work {
  std::uint64_t done = 0;
  std::size_t open_most = 0;

  task<> run(const http_server& beside) {
    for (;;) {
      co_await sleep(100us);
      ++done;
      open_most = std::max(open_most, beside.counters().open);
    }
  }
  task<> more() {
    const std::uint64_t before = done;
    while (done == before) co_await sleep(1ms);
  }
};

task<> attack(attacker by, socket_address at) { static_cast<void>(co_await by(at).as_result()); }

task<> attack_again(attacker by, socket_address at) {
  for (;;) {
    static_cast<void>(co_await by(at).as_result());
    co_await sleep(10ms);
  }
}

/// A well-behaved client is answered, and the work goes on.
task<> live_on(http_server& server, daily_work& work) {
  for (int count = 0; count < asked; ++count) {
    // Whoever came first may have filled the backlog; then the kernel lets the client try again.
    const auto page = co_await fetch(server.address(), request_for("/page")).as_result();
    if (!page) FAIL(page.error().message());
    CHECK(page->body == "here");
    co_await work.more();
  }
}

http_server_options one_page() {
  return {.pages = {{.path = "/page",
                     .handler = [](const http_request&) { return http_response{.body = "here"}; }},
                    {.path = "/large", .handler = [](const http_request&) {
                       return http_response{.body = std::string(1 << 20, 'x')};
                     }}}};
}

/// `count` of them, each again and again or once.
task<> withstand(attacker by, std::size_t count, bool again) {
  http_server server(one_page());
  daily_work work;
  co_await with_scope([&](scope& all) -> task<> {
    all.spawn(server.run());
    all.spawn(work.run(server));
    for (std::size_t number = 0; number < count; ++number) {
      all.spawn(again ? attack_again(by, server.address()) : attack(by, server.address()));
    }
    while (server.counters().connections < std::min<std::size_t>(count, 50)) co_await sleep(1ms);
    co_await live_on(server, work);
  });
  CHECK(work.open_most <= http_server::connections_max);
  CHECK(server.counters().requests >= asked);
  CHECK(server.counters().open == 0);
}

task<> trickle(socket_address at) {
  http_client client = co_await http_client::connect(at);
  for (;;) {
    co_await client.send("x");
    co_await sleep(1ms);
  }
}

task<> send_much(socket_address at) {
  http_client client = co_await http_client::connect(at);
  co_await client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1 << 20, 'x'));
  static_cast<void>(co_await client.closed());
}

task<> ask_without_reading(socket_address at) {
  http_client client = co_await http_client::connect(at);
  std::string many;
  for (int count = 0; count < 200; ++count) many += request_for("/large");
  for (;;) co_await client.send(many);
}

task<> send_rubbish(socket_address at) {
  http_client client = co_await http_client::connect(at);
  std::string rubbish(loop::current().random() % 4096 + 1, '\0');
  for (char& c : rubbish) c = static_cast<char>(loop::current().random());
  co_await client.send(rubbish);
  static_cast<void>(co_await client.closed());
}

task<> say_nothing(socket_address at) {
  http_client client = co_await http_client::connect(at);
  static_cast<void>(co_await client.closed());
}

task<> leave_half(socket_address at) {
  http_client client = co_await http_client::connect(at);
  co_await client.send("GET /page HTT");
  client.end_sending();
  static_cast<void>(co_await client.closed());
}

task<> leave_at_once(socket_address at) {
  tcp_stream link = co_await tcp_stream::connect(at);
  co_await link.write_all(request_for("/large"));
  link.reset();
}

/// So many connections as this process can have, and some descriptors left for the server's ends.
std::size_t crowd() {
  rlimit descriptors{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &descriptors) == 0);
  constexpr std::size_t others = 500;
  REQUIRE(descriptors.rlim_cur > 2 * others);
  return std::min<std::size_t>(crowd_max, descriptors.rlim_cur - others);
}

}  // namespace

TEST_CASE("peers that trickle keep nobody out") {
  run([] { return withstand(trickle, 100, true); });
}

TEST_CASE("peers that send headers without end keep nobody out") {
  run([] { return withstand(send_much, 20, true); });
}

TEST_CASE("peers that ask without end and read nothing keep nobody out") {
  run([] { return withstand(ask_without_reading, 100, true); });
}

TEST_CASE("peers that send any bytes keep nobody out") {
  run([] { return withstand(send_rubbish, 20, true); });
}

TEST_CASE("peers that leave half-way keep nobody out") {
  run([] { return withstand(leave_half, 20, true); });
}

TEST_CASE("peers that reset their connections keep nobody out") {
  run([] { return withstand(leave_at_once, 10, true); });
}

TEST_CASE("ten thousand silent connections keep nobody out") {
  run([] { return withstand(say_nothing, crowd(), false); });
}

TEST_SUITE_END();
