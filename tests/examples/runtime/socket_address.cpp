// SPDX-License-Identifier: Apache-2.0
#include "weir/socket_address.hpp"

#include <doctest/doctest.h>

TEST_SUITE("examples.runtime") {
  TEST_CASE("socket_address: from numbers or a path, and as text for people") {
    const auto server = weir::socket_address::of_ip("127.0.0.1", 4222);
    REQUIRE(server.has_value());
    CHECK(server->text() == "127.0.0.1:4222");
    CHECK(*server == weir::socket_address::of_ip("127.0.0.1", 4222));
    CHECK(weir::socket_address::of_ip("::1", 4222)->text() == "[::1]:4222");
    CHECK(weir::socket_address::of_path("/run/a.sock").text() == "unix:/run/a.sock");
    CHECK_FALSE(weir::socket_address::of_ip("localhost", 4222).has_value());  // That is a name.
  }
}
