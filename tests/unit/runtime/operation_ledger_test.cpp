// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>

#include "death.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "weir/poll.hpp"
#include "weir/scope.hpp"
#include "weir/unix_socket.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.operation_ledger");

namespace {

struct socket_ends {
  socket_stream ours;
  socket_stream theirs;
};

socket_ends make_ends() {
  std::array<int, 2> made{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, made.data()) == 0);
  return {socket_stream(file_descriptor(made[0]), "ours"),
          socket_stream(file_descriptor(made[1]), "theirs")};
}

task<> read_into(socket_stream& source, std::span<std::byte> memory) {
  co_await source.read_some(memory);
}

task<> wait_for_input(int descriptor) { co_await poll(descriptor, POLLIN); }

/// Runs `body(children)` on a loop whose driver keeps a ledger.
template <class Body>
void run_with_ledger(Body body) {
  run([&]() -> task<> {
    loop::current().driver().keep_ledger();
    co_await with_scope([&](scope& children) -> task<> { co_await body(children); });
  });
}

}  // namespace

TEST_CASE("operations with memory and descriptors of their own are let through") {
  run_with_ledger([](scope& children) -> task<> {
    socket_ends ends = make_ends();
    std::array<std::byte, 8> memory{};
    for (int round = 0; round < 3; ++round) {
      children.spawn(read_into(ends.ours, memory));
      co_await yield();
      co_await ends.theirs.write_all("some");
      co_await children.join();
    }
    children.spawn(wait_for_input(ends.ours.descriptor()));
    co_await yield();
    co_await children.close();
  });
}

TEST_CASE("a descriptor that is closed under an operation ends the program") {
  const std::string text = death_of([] {
    run_with_ledger([](scope& children) -> task<> {
      socket_ends ends = make_ends();
      children.spawn(wait_for_input(ends.ours.descriptor()));
      co_await yield();
      co_await yield();
      ends.ours.close();
    });
  });
  CHECK(text.find("poll of descriptor") != std::string::npos);
  CHECK(text.find("closed while it is in flight") != std::string::npos);
}

TEST_CASE("memory that two operations write ends the program") {
  const std::string text = death_of([] {
    run_with_ledger([](scope& children) -> task<> {
      socket_ends ends = make_ends();
      std::array<std::byte, 8> memory{};
      children.spawn(read_into(ends.ours, memory));
      children.spawn(read_into(ends.theirs, std::span(memory).last(1)));
      co_await yield();
      co_await yield();
    });
  });
  CHECK(text.find("another operation uses its memory already") != std::string::npos);
}

TEST_SUITE_END();
