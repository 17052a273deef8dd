// SPDX-License-Identifier: Apache-2.0
// What connections() and listeners do with descriptors of the kernel's, and at its limit of them.
#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "descriptor_limit.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "weir/connections.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.connections_limit");

TEST_CASE("a process at its limit of open files accepts again when it may open more") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    std::vector<tcp_stream> clients;
    for (int count = 0; count < 3; ++count) {
      clients.push_back(co_await tcp_stream::connect(listener.address()));
    }
    std::optional<descriptor_limit> limit(std::in_place, 1);
    std::vector<error> told;
    std::vector<tcp_stream> accepted;
    auto coming = connections(listener, [&](const error& failure) {
      CHECK(accepted.size() == 1);
      told.push_back(failure);
      limit.reset();
    });
    while (accepted.size() < clients.size()) accepted.push_back(*co_await coming.next());
    REQUIRE(told.size() == 1);
    CHECK(told.front().code() == std::errc::too_many_files_open);
    CHECK(told.front().message().find("raise RLIMIT_NOFILE") != std::string::npos);
  });
}

TEST_CASE("a listener takes so many connections ahead, in their order, and they end with it") {
  run([]() -> task<> {
    constexpr std::size_t all = accepted_ahead_max + detail::arrivals::burst_max + 20;
    std::vector<tcp_stream> clients;
    {
      tcp_listener listener = tcp_listener::bind("127.0.0.1", 0, {.backlog = 256});
      const auto late = co_await with_timeout(1ms, listener.accept()).as_result();
      CHECK(late.error().is(errc::deadline_exceeded));
      const int before = open_descriptors();
      for (std::size_t count = 0; count < all; ++count) {
        clients.push_back(co_await tcp_stream::connect(listener.address()));
        co_await clients.back().write_all(std::to_string(count));
      }
      const auto ahead = static_cast<std::size_t>(open_descriptors() - before) - all;
      CHECK(ahead >= accepted_ahead_max);
      CHECK(ahead <= accepted_ahead_max + detail::arrivals::burst_max);
      for (std::size_t count = 0; count < all / 2; ++count) {
        tcp_stream accepted = co_await listener.accept();
        std::array<std::byte, 8> part;
        const std::size_t size = co_await accepted.read_some(part);
        CHECK(std::string(reinterpret_cast<const char*>(part.data()), size) ==
              std::to_string(count));
      }
    }
    std::array<std::byte, 8> part;
    for (tcp_stream& client : clients) {
      const auto read = co_await with_timeout(1min, client.read_some(part)).as_result();
      CHECK((read.has_value() ? *read == 0 : !read.error().is(errc::deadline_exceeded)));
    }
  });
}

TEST_SUITE_END();
