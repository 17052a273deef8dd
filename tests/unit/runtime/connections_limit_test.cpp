// SPDX-License-Identifier: Apache-2.0
// What connections() does at a limit that the kernel sets.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "descriptor_limit.hpp"
#include "run.hpp"
#include "weir/connections.hpp"
#include "weir/tcp.hpp"

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

TEST_SUITE_END();
