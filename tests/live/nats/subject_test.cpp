// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/subject.hpp"

#include "fixture.hpp"
#include "weir/nats/headers.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE("nats.subject") {
  TEST_CASE("a subject that would end its protocol line is refused, and the text says why") {
    for (const char* hostile : {"a\r\nPUB b 0\r\n\r\n", "a b", "a\tb", "a\n", "\x01", "a\x7f"}) {
      const std::string why = message_of([&] { nats::subject{hostile}; });
      CHECK(contains(why, "white space or a control character"));
      CHECK_FALSE(contains(why, "\r"));
      CHECK_FALSE(contains(why, "\n"));
    }
    CHECK(contains(message_of([] { nats::subject{std::string_view("a\0b", 3)}; }), "\\x00"));
  }

  TEST_CASE("wildcards belong into patterns, not into subjects") {
    CHECK(contains(message_of([] { nats::subject{"orders.*"}; }), "wildcard"));
    CHECK(contains(message_of([] { nats::subject{"orders.>"}; }), "wildcard"));
    CHECK(nats::subject_pattern("orders.>").text() == "orders.>");
    CHECK(contains(message_of([] { nats::subject_pattern{">.orders"}; }), "last token"));
    CHECK(contains(message_of([] { nats::subject{""}; }), "empty"));
    CHECK(contains(message_of([] { nats::subject{"a..b"}; }), "empty token"));
  }

  TEST_CASE("a header's name or value that would begin another header is refused") {
    nats::headers all;
    for (const char* name : {"", "a b", "a:", "a\r\nb", "caf\xc3\xa9"})
      CHECK(contains(message_of([&] { all.add(name, "v"); }), "header name"));
    for (const std::string_view value :
         {std::string_view("v\r\nOther: w"), std::string_view("\n"), std::string_view("\0", 1)})
      CHECK(contains(message_of([&] { all.add("Name", value); }), "would end the header"));
    CHECK(all.empty());
  }

  TEST_CASE("reserved headers are refused in any case, with the way to set them") {
    nats::headers all;
    CHECK(contains(message_of([&] { all.add("nats-msg-id", "x"); }), "publish_options::msg_id"));
    CHECK(contains(message_of([&] { all.add("STATUS", "404"); }), "server's own"));
    CHECK(all.empty());
  }

  TEST_CASE("names of streams and consumers are one token") {
    for (const char* name : {"", "A.B", "A B", "A/B", "A*", "A>", "A\r\n", "\"A\""})
      CHECK(contains(message_of([&] { nats::check_name("stream", name); }), "stream name"));
    nats::check_name("stream", "ORDERS-2_x");
  }
}
