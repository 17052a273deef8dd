// SPDX-License-Identifier: Apache-2.0
#include "weir/resolve.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"

namespace {

weir::task<bool> is_here(std::string host) {
  const auto addresses = co_await weir::resolve(host, 80);
  const std::string first = addresses.front().text();
  co_return first == "127.0.0.1:80" || first == "[::1]:80";
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("resolve: the addresses of a name, in the order in which to try them") {
    weir::loop home;
    CHECK(home.run(is_here("localhost")));
  }
}
