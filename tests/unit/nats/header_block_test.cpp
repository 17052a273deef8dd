// SPDX-License-Identifier: Apache-2.0
#include "header_block.hpp"

#include <doctest/doctest.h>

namespace weir::nats::detail {
namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

TEST_SUITE("nats.header_block") {
  TEST_CASE("headers are found by their exact name, the first of several") {
    const header_block block("NATS/1.0\r\nA: one\r\na: two\r\nA: three\r\nEmpty:\r\n\r\n");
    CHECK(block.find("A") == "one");
    CHECK(block.find("a") == "two");
    CHECK(block.find("Empty") == "");
    CHECK_FALSE(block.find("B").has_value());
    CHECK_FALSE(block.find("Status").has_value());
    CHECK(block.entries() == pairs{{"A", "one"}, {"a", "two"}, {"A", "three"}, {"Empty", ""}});
  }

  TEST_CASE("the first line of a server's own message is its status and its description") {
    const std::string_view text =
        "NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 5\r\n\r\n";
    const header_block block(text);
    CHECK(status_of(text) == "408");
    CHECK(block.find("Status") == "408");
    CHECK(block.find("Description") == "Request Timeout");
    CHECK(block.find("Nats-Pending-Messages") == "5");
    CHECK(block.entries() == pairs{{"Status", "408"},
                                   {"Description", "Request Timeout"},
                                   {"Nats-Pending-Messages", "5"}});
  }

  TEST_CASE("a status without a description has none") {
    const header_block block("NATS/1.0 503\r\n\r\n");
    CHECK(block.find("Status") == "503");
    CHECK(block.find("Description") == "");
    CHECK(block.entries() == pairs{{"Status", "503"}});
  }

  TEST_CASE("a value keeps its colons and inner spaces, not those around it") {
    const header_block block("NATS/1.0\r\nAt:  2026-01-01 10:00:00 \r\n\r\n");
    CHECK(block.find("At") == "2026-01-01 10:00:00");
  }

  TEST_CASE("what is no block has no headers, and what makes no sense in one is passed over") {
    CHECK(header_block("").entries().empty());
    CHECK(header_block("NATS/1.0").entries().empty());
    CHECK(header_block("nonsense\r\n").entries().empty());
    CHECK(header_block("NATS/1.0\r\nno colon\r\nA: b\r\n\r\n").entries() == pairs{{"A", "b"}});
    CHECK(header_block("NATS/1.0\r\nA: b").find("A") == "b");
    CHECK(status_of("HTTP/1.1 200 OK\r\n\r\n").empty());
  }
}

}  // namespace
}  // namespace weir::nats::detail
