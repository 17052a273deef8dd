// SPDX-License-Identifier: Apache-2.0
#include "weir/resolve.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "occupied_threads.hpp"
#include "run.hpp"
#include "weir/loop.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.resolve");

TEST_CASE("a name is given with the port that was asked for, each time") {
  run([]() -> task<> {
    for (const std::uint16_t port : {4222, 5432}) {
      const std::vector<socket_address> found = co_await resolve("localhost", port);
      REQUIRE(!found.empty());
      for (const socket_address& address : found) {
        CHECK(address.port() == port);
        CHECK((address.text() == "127.0.0.1:" + std::to_string(port) ||
               address.text() == "[::1]:" + std::to_string(port)));
      }
    }
    CHECK(loop::current().names().size() == 1);
  });
}

TEST_CASE("an address in numbers, and a name that was found before, need no helper thread") {
  run([]() -> task<> {
    co_await resolve("localhost", 1);
    occupied_threads threads;
    co_await threads.all_taken();
    CHECK((co_await resolve("::1", 80)).front().text() == "[::1]:80");
    CHECK((co_await resolve("localhost", 80)).front().port() == 80);
  });
}

TEST_CASE("a name that does not exist is an error to be retried, and is not kept") {
  run([]() -> task<> {
    // With spaces in it, no resolver asks anybody.
    const auto failed = co_await resolve("no such host", 80).as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().disposition() == disposition::retry);
    CHECK((failed.error().is(errc::not_found) || failed.error().is(errc::unavailable)));
    CHECK(failed.error().message().find("look up the address of 'no such host': ") == 0);
    CHECK(loop::current().names().size() == 0);
  });
}

TEST_SUITE_END();
