// SPDX-License-Identifier: Apache-2.0
#include "protocol_writer.hpp"

#include <doctest/doctest.h>

namespace weir::nats::detail {
namespace {

std::string written(const outgoing& message) {
  std::string to = "before ";
  append_publication(to, message);
  CHECK(to.starts_with("before "));
  return to.substr(7);
}

outgoing to_orders(std::string_view payload) {
  return {.subject = "orders.created", .payload = payload};
}

TEST_SUITE("nats.protocol_writer") {
  TEST_CASE("a message without headers is a PUB, with the size of its payload") {
    CHECK(written(to_orders("hello")) == "PUB orders.created 5\r\nhello\r\n");
    CHECK(written(to_orders("")) == "PUB orders.created 0\r\n\r\n");
    CHECK(written(to_orders("a\r\nb")) == "PUB orders.created 4\r\na\r\nb\r\n");
    outgoing asking = to_orders("?");
    asking.reply = "_INBOX.1";
    CHECK(written(asking) == "PUB orders.created _INBOX.1 1\r\n?\r\n");
  }

  TEST_CASE("one with headers is an HPUB, with the sizes of the headers and of all") {
    const headers some{{"A", "one"}, {"B", ""}};
    outgoing message = to_orders("hello");
    message.headers = &some;
    const std::string block = "NATS/1.0\r\nA: one\r\nB: \r\n\r\n";
    CHECK(written(message) == "HPUB orders.created " + std::to_string(block.size()) + " " +
                                  std::to_string(block.size() + 5) + "\r\n" + block + "hello\r\n");
  }

  TEST_CASE("the message id is the first header") {
    const headers some{{"A", "one"}};
    outgoing message = to_orders("x");
    message.msg_id = "id-1";
    CHECK(written(message) ==
          "HPUB orders.created 31 32\r\nNATS/1.0\r\nNats-Msg-Id: id-1\r\n\r\nx\r\n");
    message.headers = &some;
    message.reply = "_INBOX.1";
    CHECK(written(message) ==
          "HPUB orders.created _INBOX.1 39 40\r\n"
          "NATS/1.0\r\nNats-Msg-Id: id-1\r\nA: one\r\n\r\nx\r\n");
  }

  TEST_CASE("subscriptions begin and end by their number") {
    std::string to;
    append_subscription(to, 7, "orders.>", "");
    append_subscription(to, 8, "orders.*", "workers");
    append_end_of_subscription(to, 7);
    append_end_of_subscription(to, 8, 100);
    CHECK(to == "SUB orders.> 7\r\nSUB orders.* workers 8\r\nUNSUB 7\r\nUNSUB 8 100\r\n");
  }
}

}  // namespace
}  // namespace weir::nats::detail
