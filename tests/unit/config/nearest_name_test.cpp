// SPDX-License-Identifier: Apache-2.0
#include "nearest_name.hpp"

#include <doctest/doctest.h>

#include <array>

TEST_SUITE_BEGIN("config.nearest_name");

using weir::detail::nearest_name;

namespace {

constexpr std::array<std::string_view, 4> names{"url", "user", "connections", "connect_timeout"};

}  // namespace

TEST_CASE("a mistyped name leads to the one that was meant") {
  CHECK(nearest_name("ulr", names) == "url");
  CHECK(nearest_name("uri", names) == "url");
  CHECK(nearest_name("users", names) == "user");
  CHECK(nearest_name("conections", names) == "connections");
  CHECK(nearest_name("connection", names) == "connections");
  CHECK(nearest_name("connect-timeout", names) == "connect_timeout");
}

TEST_CASE("a name that is like none leads nowhere") {
  CHECK(nearest_name("", names) == "");
  CHECK(nearest_name("password", names) == "");
  CHECK(nearest_name("tls", names) == "");
  CHECK(nearest_name("url", {}) == "");
  CHECK(nearest_name(std::string(10'000, 'u'), names) == "");
}

TEST_CASE("names are listed as people list them") {
  CHECK(weir::detail::listed(names) == "url, user, connections and connect_timeout");
  CHECK(weir::detail::listed(std::span(names).first(2)) == "url and user");
  CHECK(weir::detail::listed(std::span(names).first(1)) == "url");
}

TEST_SUITE_END();
