// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/http_server.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include "http_client.hpp"
#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("observe.http_server");

namespace {

http_server_options few_pages() {
  return {.name = "shop \r\n",
          .pages = {{.path = "/hello",
                     .handler = [](const http_request&) { return http_response{.body = "hello"}; }},
                    {.path = "/large",
                     .handler =
                         [](const http_request&) {
                           return http_response{.body = std::string(4 << 20, 'x')};
                         }},
                    {.method = http_method::post,
                     .path = "/echo",
                     .handler =
                         [](const http_request& asked) {
                           return http_response{.body = std::string(asked.body)};
                         }},
                    {.path = "/broken", .handler = [](const http_request&) -> http_response {
                       throw std::runtime_error("a secret");
                     }}}};
}

using story = std::function<task<>(http_server&)>;

/// A server beside a story.
task<> beside(story told) {
  http_server server(few_pages());
  // Not a coroutine, so it may capture.
  const auto body = [&](scope& children) {
    children.spawn(server.run());
    return told(server);
  };
  co_await with_scope(body);
  CHECK(server.counters().open == 0);
}

task<> ask_twice(http_server& server) {
  http_client client = co_await http_client::connect(server.address());
  const http_answer first = co_await client.ask(request_for("/hello"));
  CHECK(first.status == 200);
  CHECK(first.body == "hello");
  CHECK(first.header.starts_with("HTTP/1.1 200 OK\r\nDate: "));
  CHECK(first.says("Content-Type: text/plain; charset=utf-8"));
  CHECK(first.says("Content-Length: 5"));
  CHECK(first.says("Cache-Control: no-store"));
  CHECK(first.says("Weir-Service: shop???"));
  CHECK_FALSE(first.says("Connection: close"));
  co_await client.send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const http_answer head = co_await client.next(false);
  CHECK(head.says("Content-Length: 5"));
  const http_answer last = co_await client.ask(request_for("/hello", "Connection: close\r\n"));
  CHECK(last.body == "hello");
  CHECK(last.says("Connection: close"));
  const bool ended = co_await client.closed();
  CHECK(ended);
  CHECK(client.unread().empty());
  CHECK(server.counters().requests == 3);
  CHECK(server.counters().connections == 1);
}

task<> ask_many_at_once(http_server& server) {
  http_client client = co_await http_client::connect(server.address());
  std::string all;
  for (int number = 0; number < 300; ++number) {
    const std::string body = std::to_string(number);
    all += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  co_await client.send(all);
  client.end_sending();
  for (int number = 0; number < 300; ++number) {
    const http_answer one = co_await client.next();
    REQUIRE(one.body == std::to_string(number));
  }
  const bool ended = co_await client.closed();
  CHECK(ended);
}

task<> ask_in_vain(http_server& server) {
  http_client client = co_await http_client::connect(server.address());
  const http_answer missing = co_await client.ask(request_for("/hell"));
  CHECK(missing.status == 404);
  CHECK(missing.body.find("\n/hello\n") != std::string::npos);
  const http_answer wrong =
      co_await client.ask("DELETE /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(wrong.status == 405);
  CHECK(wrong.says("Allow: GET, HEAD"));
  const http_answer unknown = co_await client.ask("BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(unknown.status == 501);
  const http_answer broken = co_await client.ask(request_for("/broken"));
  CHECK(broken.status == 500);
  CHECK(server.counters().refused == 4);
  // All of that is HTTP, so the connection goes on.
  const http_answer after = co_await client.ask(request_for("/hello"));
  CHECK(after.status == 200);
}

task<> break_the_protocol(http_server& server) {
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x02"), std::string("GET / HTTP/1.1\r\n\r\n"),
        request_for("/hello", "Content-Length: 1\r\nContent-Length: 2\r\n"),
        "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(1 << 20, 'x') + "\r\n\r\n",
        std::string(1 << 20, 'G')}) {
    http_client client = co_await http_client::connect(server.address());
    const auto sent = co_await client.send(bytes + request_for("/hello")).as_result();
    CHECK(sent.has_value());
    const http_answer refused = co_await client.next();
    CHECK(refused.status >= 400);
    CHECK(refused.status < 500);
    CHECK(refused.says("Connection: close"));
    CHECK_FALSE(refused.body.empty());
    client.end_sending();
    const bool ended = co_await client.closed();
    CHECK(ended);
    CHECK(client.unread().empty());
  }
  CHECK(server.counters().requests == 0);
}

task<> wait_to_go_on(http_server& server) {
  http_client client = co_await http_client::connect(server.address());
  co_await client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  const http_answer go_on = co_await client.next();
  CHECK(go_on.status == 100);
  const http_answer echoed = co_await client.ask("ab");
  CHECK(echoed.body == "ab");
}

task<> take_a_large_page(http_server& server) {
  const http_answer page = co_await fetch(server.address(), request_for("/large"));
  CHECK(page.body == std::string(4 << 20, 'x'));
}

task<> crowd_out(http_server& server) {
  constexpr std::size_t silent = 3 * http_server::connections_max;
  std::vector<http_client> clients;
  for (std::size_t count = 0; count < silent; ++count) {
    clients.push_back(co_await http_client::connect(server.address()));
    // Half of them begin a request and never end it.
    if (count % 2 == 0) co_await clients.back().send("GET /hello HT");
  }
  const http_answer there = co_await fetch(server.address(), request_for("/hello"));
  CHECK(there.status == 200);
  CHECK(server.counters().open <= http_server::connections_max);
  CHECK(server.counters().displaced >= silent - http_server::connections_max);
  // The first have gone, without an answer.
  static_cast<void>(co_await clients.front().closed());
  CHECK(clients.front().unread().empty());
}

}  // namespace

TEST_CASE("a page is answered, again over the same connection, until it is told to close") {
  run([]() -> task<> { co_await beside(ask_twice); });
}

TEST_CASE("requests that come without waiting are answered in their order") {
  run([]() -> task<> { co_await beside(ask_many_at_once); });
}

TEST_CASE("what is not there is said, with what is, and the connection goes on") {
  run([]() -> task<> { co_await beside(ask_in_vain); });
}

TEST_CASE("who breaks the protocol is told, nothing behind it is read as a request") {
  run([]() -> task<> { co_await beside(break_the_protocol); });
}

TEST_CASE("who expects to be told to go on is told") {
  run([]() -> task<> { co_await beside(wait_to_go_on); });
}

TEST_CASE("a page larger than any buffer comes whole") {
  run([]() -> task<> { co_await beside(take_a_large_page); });
}

TEST_CASE("of too many connections those that wait longest go, and the newest is answered") {
  run([]() -> task<> { co_await beside(crowd_out); });
}

namespace {

task<> be_slow(http_server& server) {
  http_client client = co_await http_client::connect(server.address());
  const time_point began = loop::current().now();
  co_await sleep(4s);
  for (const char letter : std::string_view("GET /")) {
    co_await client.send(std::string(1, letter));
    co_await sleep(900ms);
  }
  const http_answer late = co_await client.next();
  CHECK(late.status == 408);
  const bool ended = co_await client.closed();
  CHECK(ended);
  const duration took = loop::current().now() - began;
  CHECK(took >= 9s);
  CHECK(took < 11s);
}

task<> be_idle(http_server& server) {
  http_client client = co_await http_client::connect(server.address());
  for (int round = 0; round < 3; ++round) {
    const http_answer one = co_await client.ask(request_for("/hello"));
    CHECK(one.status == 200);
    co_await sleep(4s);
  }
  const time_point began = loop::current().now();
  const bool ended = co_await client.closed();
  CHECK(ended);
  CHECK(client.unread().empty());
  CHECK(loop::current().now() - began <= 1s);
}

task<> read_nothing(http_server& server) {
  http_client client = co_await http_client::connect(server.address());
  co_await client.send(request_for("/large"));
  co_await sleep(4s);
  CHECK(server.counters().open == 1);
  co_await sleep(2s);
  CHECK(server.counters().open == 0);
  const bool ended = co_await client.closed();
  CHECK_FALSE(ended);
}

task<> never_leave(http_server& server) {
  http_client client = co_await http_client::connect(server.address());
  const http_answer last = co_await client.ask(request_for("/hello", "Connection: close\r\n"));
  CHECK(last.status == 200);
  co_await sleep(2s);
  CHECK(server.counters().open == 0);
}

task<> ask_without_end(http_server& server) {
  constexpr int asked = 10'000;
  http_client client = co_await http_client::connect(server.address());
  const time_point began = loop::current().now();
  for (int count = 0; count < asked; ++count) {
    const http_answer one = co_await client.ask(request_for("/hello"));
    if (one.status != 200) FAIL("request " << count << " got " << one.status);
  }
  // Each counts as 10 us of the loop's time at least.
  CHECK(loop::current().now() - began >= asked * 10us * http_server::share_of_loop / 2);
}

}  // namespace

TEST_CASE("a request has five seconds from its first byte, however lively it trickles") {
  run_virtually([]() -> task<> { co_await beside(be_slow); });
}

TEST_CASE("a connection that asks nothing for five seconds is closed without a word") {
  run_virtually([]() -> task<> { co_await beside(be_idle); });
}

TEST_CASE("an answer that nobody takes for five seconds is given up, with its connection") {
  run_virtually([]() -> task<> { co_await beside(read_nothing); });
}

TEST_CASE("a peer that does not leave after the last answer is left") {
  run_virtually([]() -> task<> { co_await beside(never_leave); });
}

TEST_CASE("who asks without end gets no more than the server's share of its loop") {
  run_virtually([]() -> task<> { co_await beside(ask_without_end); });
}

TEST_CASE("a port that is taken is an error that names it") {
  run([]() -> task<> {
    http_server first(few_pages());
    http_server_options again = few_pages();
    again.port = first.address().port();
    std::string message;
    try {
      http_server second(std::move(again));
    } catch (const error& refused) {
      message = refused.message();
    }
    CHECK(message.find(first.address().text()) != std::string::npos);
    co_return;
  });
}

TEST_CASE("under any order and any delay, pages come whole and in order") {
  explore(50, {.faults = {.delay_most = 20ms}}, []() -> task<> {
    co_await beside(ask_many_at_once);
    co_await beside(ask_twice);
  });
}

TEST_SUITE_END();
