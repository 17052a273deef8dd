// SPDX-License-Identifier: Apache-2.0
// What simulated sockets have of their own; what they share with the kernel's, see
// socket_semantics_test.cpp, tcp_test.cpp and unix_socket_test.cpp.
#include <doctest/doctest.h>
#include <sys/uio.h>

#include <array>
#include <string>

#include "run.hpp"
#include "sockets.hpp"
#include "weir/scope.hpp"
#include "weir/sim_driver.hpp"
#include "weir/sleep.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"
#include "weir/unix_socket.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.sim_streams");

namespace {

struct connected_pair {
  tcp_stream client;
  tcp_stream server;
};

task<connected_pair> connect_pair() {
  tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
  auto ends = co_await when_all(tcp_stream::connect(listener.address()), listener.accept());
  co_return connected_pair{std::move(std::get<0>(ends)), std::move(std::get<1>(ends))};
}

class plain_wait final : public io_operation {
 public:
  using io_operation::io_operation;
};

task<int> do_now(io_request request) {
  plain_wait wait(request);
  co_return co_await wait;
}

}  // namespace

TEST_CASE("a write takes as much as the buffer holds, and the next waits until some was read") {
  run_virtually([]() -> task<> {
    connected_pair pair = co_await connect_pair();
    std::string text(sim_buffer_bytes + 1, 'x');
    const io_request sending{.kind = io_kind::send,
                             .descriptor = pair.client.descriptor(),
                             .data = text.data(),
                             .size = text.size()};
    CHECK(co_await do_now(sending) == sim_buffer_bytes);
    const auto full = co_await with_timeout(1h, do_now(sending)).as_result();
    CHECK(*full == -ECANCELED);
    std::array<std::byte, 100> part;
    CHECK(co_await pair.server.read_some(part) == part.size());
    CHECK(co_await do_now(sending) == part.size());
  });
}

TEST_CASE("a connect beyond the backlog waits until a connection was accepted") {
  run_virtually([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("10.0.0.2", 80, {.backlog = 1});
    const socket_address& address = listener.address();
    const tcp_stream first = co_await tcp_stream::connect(address);
    const tcp_stream second = co_await tcp_stream::connect(address);
    const auto late = co_await with_timeout(1h, tcp_stream::connect(address)).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([&]() -> task<> {
        co_await sleep(1h);
        CHECK((co_await listener.accept()).descriptor() >= 0);
      });
      const time_point began = loop::current().now();
      const tcp_stream third = co_await tcp_stream::connect(address);
      CHECK(loop::current().now() - began == 1h);
      co_await children.join();
    });
  });
}

TEST_CASE("addresses: every host exists, free ports ascend, and a socket tells its own") {
  run_virtually([]() -> task<> {
    tcp_listener first = tcp_listener::bind("10.0.0.2", 0);
    tcp_listener second = tcp_listener::bind("10.0.0.3", 0);
    tcp_listener third = tcp_listener::bind("fd00::7", 80);
    CHECK(first.address().text() == "10.0.0.2:32768");
    CHECK(second.address().text() == "10.0.0.3:32769");
    auto both = co_await when_all(tcp_stream::connect("10.0.0.2", 32768), first.accept());
    CHECK(std::get<1>(both).peer() == "10.0.0.1:32770");
    auto six = co_await when_all(tcp_stream::connect("fd00::7", 80), third.accept());
    CHECK(std::get<1>(six).peer() == "[fd00::1]:32771");
  });
}

TEST_CASE("a port is taken on its host, on all hosts with the wildcard, and free after the close") {
  run_virtually([]() -> task<> {
    {
      const tcp_listener first = tcp_listener::bind("10.0.0.2", 80);
      const tcp_listener other_host = tcp_listener::bind("10.0.0.3", 80);
      const tcp_listener other_version = tcp_listener::bind("fd00::2", 80);
      CHECK_THROWS_AS(tcp_listener::bind("10.0.0.2", 80), error);
      CHECK_THROWS_AS(tcp_listener::bind("0.0.0.0", 80), error);
      CHECK_THROWS_AS(tcp_listener::bind("::", 80), error);
    }
    const tcp_listener all = tcp_listener::bind("::", 80);
    CHECK_THROWS_AS(tcp_listener::bind("10.0.0.2", 80), error);
    co_return;
  });
}

TEST_CASE("a message of several pieces is a write of all, and a read into several pieces") {
  run_virtually([]() -> task<> {
    connected_pair pair = co_await connect_pair();
    std::string hello = "hello ";
    std::string world = "world";
    std::array<iovec, 2> pieces{{{.iov_base = hello.data(), .iov_len = hello.size()},
                                 {.iov_base = world.data(), .iov_len = world.size()}}};
    msghdr header{};
    header.msg_iov = pieces.data();
    header.msg_iovlen = pieces.size();
    CHECK(co_await do_now({.kind = io_kind::send_message,
                           .descriptor = pair.client.descriptor(),
                           .data = &header}) == 11);
    std::string front(4, ' ');
    std::string back(20, ' ');
    pieces = {{{.iov_base = front.data(), .iov_len = front.size()},
               {.iov_base = back.data(), .iov_len = back.size()}}};
    CHECK(co_await do_now({.kind = io_kind::receive_message,
                           .descriptor = pair.server.descriptor(),
                           .data = &header}) == 11);
    CHECK(front + back.substr(0, 7) == "hello world");
  });
}

TEST_CASE("a message that must not wait is refused where there is no room") {
  run_virtually([]() -> task<> {
    connected_pair pair = co_await connect_pair();
    std::string text(sim_buffer_bytes, 'x');
    iovec piece{.iov_base = text.data(), .iov_len = text.size()};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_flags = MSG_DONTWAIT;
    const io_request sending{
        .kind = io_kind::send_message, .descriptor = pair.client.descriptor(), .data = &header};
    CHECK(co_await do_now(sending) == sim_buffer_bytes);
    CHECK(co_await do_now(sending) == -EAGAIN);
  });
}

TEST_CASE("paths are in memory: they name nothing in the file system") {
  run_virtually([]() -> task<> {
    unix_listener listener = unix_listener::bind("/no/such/directory/a.sock");
    auto both =
        co_await when_all(unix_stream::connect("/no/such/directory/a.sock"), listener.accept());
    co_await std::get<0>(both).write_all("through memory");
    std::get<0>(both).close();
    CHECK(co_await read_to_end(std::get<1>(both)) == "through memory");
  });
}

TEST_CASE("a socket whose connect was cancelled and that is closed leaves nothing to accept") {
  run_virtually([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("10.0.0.2", 80);
    auto& sim = dynamic_cast<sim_driver&>(loop::current().driver());
    sim.network().set_faults({.delay_least = 1min, .delay_most = 1min});
    const auto late = co_await with_timeout(30s, tcp_stream::connect("10.0.0.2", 80)).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    const auto nobody = co_await with_timeout(1h, listener.accept()).as_result();
    CHECK(nobody.error().is(errc::deadline_exceeded));
  });
}

TEST_CASE("a connect given up after it arrived is accepted, and read as a reset") {
  run_virtually([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("10.0.0.2", 80);
    auto& sim = dynamic_cast<sim_driver&>(loop::current().driver());
    sim.network().set_faults({.delay_least = 1min, .delay_most = 1min});
    const auto late = co_await with_timeout(90s, tcp_stream::connect("10.0.0.2", 80)).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    tcp_stream accepted = co_await listener.accept();
    std::array<std::byte, 8> part;
    const auto reset = co_await accepted.read_some(part).as_result();
    CHECK(reset.error().code() == std::errc::connection_reset);
  });
}

TEST_SUITE_END();
