// SPDX-License-Identifier: Apache-2.0
#include "waiting_messages.hpp"

#include "fake_message.hpp"
#include "fixture.hpp"

using namespace weir;
using namespace weir::test;
using nats::overflow_policy;
using nats::detail::message_gap;
using nats::detail::waiting_messages;

namespace {

nats::message make(std::string text) { return fake_message("", "", std::move(text)); }

/// All that waits: payloads, and "-n" for n dropped, "!n" for n reconnects.
std::string drained(waiting_messages& waiting) {
  std::string all;
  while (!waiting.empty()) {
    if (waiting.gap_is_next()) {
      const message_gap gap = waiting.take_gap();
      if (gap.dropped > 0) all += "-" + std::to_string(gap.dropped);
      if (gap.reconnects > 0) all += "!" + std::to_string(gap.reconnects);
    } else {
      all += waiting.take_message().payload();
    }
    all += ' ';
  }
  CHECK(waiting.bytes() == 0);
  return all;
}

}  // namespace

TEST_SUITE("nats.waiting_messages") {
  TEST_CASE("the newest messages are dropped beyond either bound, exactly, and told in place") {
    waiting_messages by_count(2, 100, overflow_policy::drop_newest);
    for (const char* text : {"a", "b", "c", "d"}) CHECK(by_count.push(make(text)));
    CHECK(by_count.size() == 2);
    CHECK(by_count.dropped() == 2);
    CHECK(by_count.take_message().payload() == "a");
    CHECK(by_count.push(make("e")));
    CHECK(drained(by_count) == "b -2 e ");

    waiting_messages by_bytes(100, 6, overflow_policy::drop_newest);
    for (const char* text : {"aaa", "bbb", "c"}) CHECK(by_bytes.push(make(text)));
    CHECK(by_bytes.bytes() == 6);
    CHECK(drained(by_bytes) == "aaa bbb -1 ");
  }

  TEST_CASE("the oldest messages are dropped for newer ones, and the gap stands in front") {
    waiting_messages by_count(2, 100, overflow_policy::drop_oldest);
    for (const char* text : {"a", "b", "c", "d"}) CHECK(by_count.push(make(text)));
    CHECK(by_count.dropped() == 2);
    CHECK(drained(by_count) == "-2 c d ");

    waiting_messages by_bytes(100, 6, overflow_policy::drop_oldest);
    for (const char* text : {"aa", "bb", "cc", "ddddd"}) CHECK(by_bytes.push(make(text)));
    CHECK(drained(by_bytes) == "-3 ddddd ");
  }

  TEST_CASE("a message larger than all the room is dropped, and pushes nothing out") {
    for (const auto policy : {overflow_policy::drop_newest, overflow_policy::drop_oldest}) {
      waiting_messages waiting(10, 4, policy);
      CHECK(waiting.push(make("a")));
      CHECK(waiting.push(make("12345")));
      CHECK(waiting.push(make("b")));
      CHECK(drained(waiting) == "a -1 b ");
    }
  }

  TEST_CASE("where the policy is to end, what waits is kept") {
    waiting_messages waiting(1, 100, overflow_policy::end);
    CHECK(waiting.push(make("a")));
    CHECK_FALSE(waiting.push(make("b")));
    CHECK(waiting.dropped() == 1);
    CHECK(drained(waiting) == "a ");
  }

  TEST_CASE("a lost connection keeps its place, and gaps that meet become one") {
    waiting_messages waiting(2, 100, overflow_policy::drop_oldest);
    CHECK(waiting.push(make("a")));
    waiting.note_reconnect();
    waiting.note_reconnect();
    CHECK(waiting.push(make("b")));
    CHECK(waiting.push(make("c")));
    CHECK(drained(waiting) == "-1!2 b c ");
    waiting.note_reconnect();
    CHECK(drained(waiting) == "!1 ");
  }
}
