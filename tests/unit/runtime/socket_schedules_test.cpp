// SPDX-License-Identifier: Apache-2.0
// Sockets in every order of their tasks, on a network that delays, tears and resets.
#include <array>
#include <string>
#include <vector>

#include "schedules.hpp"
#include "sockets.hpp"
#include "weir/tcp.hpp"
#include "weir/unix_socket.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.socket_schedules");

namespace {

constexpr const char* server_host = "10.0.0.2";
constexpr int clients = 4;

const sim_faults slow_and_torn{
    .delay_least = 0ms, .delay_most = 4ms, .short_reads = 0.5, .short_writes = 0.5};

const sim_faults breaking{.delay_least = 0ms,
                          .delay_most = 4ms,
                          .short_reads = 0.3,
                          .short_writes = 0.3,
                          .resets = 0.02,
                          .refusals = 0.2};

std::string text_of(int number, std::size_t size) {
  std::string text;
  while (text.size() < size) text += "client " + std::to_string(number) + ", ";
  return text;
}

task<> serve_echo(tcp_stream peer) { co_await echo(peer); }

/// Accepts for ever, giving up now and then, which must lose no connection.
task<> serve(tcp_listener& listener) {
  co_await with_scope([&](scope& children) -> task<> {
    for (;;) {
      auto peer = co_await with_timeout(short_limit(), listener.accept()).as_result();
      if (peer.has_value()) {
        children.spawn(serve_echo(std::move(*peer)));
      } else if (!peer.error().is(errc::deadline_exceeded)) {
        throw peer.error();
      }
    }
  });
}

/// Reads by read_some(), giving up now and then, which must lose no byte.
task<std::string> read_with_patience(socket_stream& source) {
  std::string text;
  std::array<std::byte, 64> part;
  for (;;) {
    const auto count = co_await with_timeout(short_limit(), source.read_some(part)).as_result();
    if (!count.has_value()) {
      if (count.error().is(errc::deadline_exceeded)) continue;
      throw count.error();
    }
    if (*count == 0) co_return text;
    text.append(reinterpret_cast<const char*>(part.data()), *count);
  }
}

/// The same by receive(), which is one start for many completions.
task<std::string> receive_with_patience(socket_stream& source) {
  std::string text;
  for (;;) {
    co_await dawdle();
    const auto bytes = co_await with_timeout(short_limit(), source.receive()).as_result();
    if (!bytes.has_value()) {
      if (bytes.error().is(errc::deadline_exceeded)) continue;
      throw bytes.error();
    }
    if (bytes->empty()) co_return text;
    text += bytes->text();
  }
}

task<> write_and_end(socket_stream& target, const std::string& text) {
  co_await target.write_all(text);
  target.shutdown_write();
}

task<> talk(socket_address server, int number, bool by_receive) {
  tcp_stream client = co_await tcp_stream::connect(server);
  const std::string sent = text_of(number, 500 + choose_below(2'000));
  auto read = by_receive ? receive_with_patience(client) : read_with_patience(client);
  const auto both = co_await when_all(write_and_end(client, sent), std::move(read));
  expect(std::get<1>(both) == sent, "the echo is not what was sent");
}

task<> converse() {
  tcp_listener listener = tcp_listener::bind(server_host, 80);
  co_await with_scope([&](scope& servers) -> task<> {
    servers.spawn(serve(listener));
    co_await with_scope([&](scope& talking) -> task<> {
      for (int number = 0; number < clients; ++number) {
        talking.spawn(talk(listener.address(), number, number % 2 == 0));
      }
      co_await talking.join();
    });
  });
}

/// Serves peers that may break off at any moment.
task<> serve_whoever_breaks(tcp_listener& listener) {
  const auto one = [](tcp_stream peer) -> task<> {
    static_cast<void>(co_await echo(peer).as_result());
  };
  co_await with_scope([&](scope& children) -> task<> {
    for (;;) children.spawn(one(co_await listener.accept()));
  });
}

bool is_break(const error& failure) {
  return failure.code() == std::errc::connection_reset ||
         failure.code() == std::errc::broken_pipe ||
         failure.code() == std::errc::connection_refused || failure.is(errc::deadline_exceeded);
}

task<> talk_until_it_works(socket_address server, int number) {
  for (;;) {
    const auto done = co_await with_timeout(1s, talk(server, number, number % 2 == 0)).as_result();
    if (done.has_value()) co_return;
    if (!is_break(done.error())) throw done.error();
  }
}

task<> converse_in_spite_of_breaks() {
  tcp_listener listener = tcp_listener::bind(server_host, 80);
  co_await with_scope([&](scope& servers) -> task<> {
    servers.spawn(serve_whoever_breaks(listener));
    co_await with_scope([&](scope& talking) -> task<> {
      for (int number = 0; number < clients; ++number) {
        talking.spawn(talk_until_it_works(listener.address(), number));
      }
      co_await talking.join();
    });
  });
}

/// Cuts and heals the network until it is cancelled.
task<> disturb(sim_network& network) {
  for (;;) {
    co_await dawdle();
    network.isolate(server_host);
    co_await sleep(std::chrono::milliseconds(choose_below(20)));
    network.heal();
    co_await sleep(std::chrono::milliseconds(choose_below(20)));
  }
}

task<> converse_through_partitions() {
  auto& sim = dynamic_cast<sim_driver&>(loop::current().driver());
  co_await with_scope([&](scope& children) -> task<> {
    children.spawn(disturb(sim.network()));
    co_await converse();
  });
}

/// Everything is cut short; what is checked is that all of it ends, and the simulation agrees.
task<> leave_in_the_middle() {
  for (int round = 0; round < 4; ++round) {
    const auto cut = co_await with_timeout(short_limit() * 3, converse()).as_result();
    if (!cut.has_value() && !cut.error().is(errc::deadline_exceeded)) throw cut.error();
  }
}

task<> talk_over_a_path() {
  unix_listener listener = unix_listener::bind("/run/a.sock");
  auto ends = co_await when_all(unix_stream::connect("/run/a.sock"), listener.accept());
  unix_stream& left = std::get<0>(ends);
  unix_stream& right = std::get<1>(ends);
  const std::string there = text_of(1, 3'000);
  const std::string back = text_of(2, 3'000);
  const auto all = co_await when_all(write_and_end(left, there), write_and_end(right, back),
                                     receive_with_patience(left), read_with_patience(right));
  expect(std::get<2>(all) == back, "what came back is not what was sent");
  expect(std::get<3>(all) == there, "what came there is not what was sent");
}

}  // namespace

TEST_CASE("no byte and no connection is lost, however late and torn they come") {
  in_many_orders(converse, slow_and_torn);
}

TEST_CASE("no byte is lost on a Unix socket, however torn they come") {
  in_many_orders(talk_over_a_path, slow_and_torn);
}

TEST_CASE("clients that try again get through a network that breaks their connections") {
  in_many_orders(converse_in_spite_of_breaks, breaking);
}

TEST_CASE("connections outlive partitions of the network") {
  in_many_orders(converse_through_partitions, slow_and_torn);
}

TEST_CASE("conversations that are cut short at any moment end") {
  in_many_orders(leave_in_the_middle, slow_and_torn);
}

TEST_SUITE_END();
