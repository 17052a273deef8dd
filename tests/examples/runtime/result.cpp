// SPDX-License-Identifier: Apache-2.0
#include "weir/result.hpp"

#include <doctest/doctest.h>

#include <charconv>
#include <string>
#include <string_view>

namespace {

/// For callers who expect bad text and do not want it thrown.
weir::result<int> parse_port(std::string_view text) {
  int port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536) {
    return port;
  }
  return weir::error(weir::errc::invalid_argument, weir::disposition::permanent,
                     "port '" + std::string(text) + "': not a number from 1 to 65535");
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("result: a value, or why there is none") {
    const auto good = parse_port("4222");
    REQUIRE(good.has_value());
    CHECK(*good == 4222);

    const auto bad = parse_port("NATS");
    CHECK(bad.error().message() == "port 'NATS': not a number from 1 to 65535");
    CHECK_THROWS_AS(bad.value(), weir::error);
  }
}
