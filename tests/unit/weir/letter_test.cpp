// SPDX-License-Identifier: Apache-2.0
#include "dlq/letter.hpp"

#include <doctest/doctest.h>

#include "dlq/replayed_message.hpp"

TEST_SUITE_BEGIN("weir.letter");

using namespace weir;
using dlq::header_list;

namespace {

header_list causes() {
  return {{"Weir-Cause", "no customer 7"},
          {"Weir-Error-Code", "weir:8"},
          {"Weir-Disposition", "permanent"},
          {"Weir-Attempts", "5"},
          {"Weir-Subject", "orders.created"},
          {"Weir-Stream", "ORDERS"},
          {"Weir-Stream-Sequence", "17"},
          {"Weir-Consumer", "billing"},
          {"Weir-Published-At", "2026-01-31T12:30:00.250000Z"}};
}

header_list before_causes(header_list own) {
  for (auto& one : causes()) own.push_back(std::move(one));
  return own;
}

dlq::letter read(const header_list& headers) {
  dlq::letter_place at;
  at.stream = "DLQ_ORDERS";
  at.sequence = 3;
  const auto read = dlq::read_letter(at, headers);
  REQUIRE(read.has_value());
  return *read;
}

}  // namespace

TEST_CASE("a message without a cause or without a subject is no dead letter") {
  CHECK_FALSE(dlq::read_letter({}, {}).has_value());
  CHECK_FALSE(dlq::read_letter({}, {{"Weir-Cause", "why"}}).has_value());
  CHECK_FALSE(dlq::read_letter({}, {{"Weir-Subject", "orders.created"}}).has_value());
}

TEST_CASE("a letter without the other headers has them empty") {
  const auto bare = read({{"Weir-Cause", "why"}, {"Weir-Subject", "orders.created"}});
  CHECK(bare.attempts == 0);
  CHECK(bare.consumer.empty());
  CHECK_FALSE(bare.published_at.has_value());
  CHECK_FALSE(bare.is_cut());
}

TEST_CASE("a letter tells its message's id and trace, and the time of its own end") {
  auto headers =
      before_causes({{"traceparent", "00-4bf9-01"}, {"Weir-Failed-At", "2020-01-01T00:00:00Z"}});
  CHECK_FALSE(read(headers).failed_at.has_value());  // Another letter's, of which it was made.
  headers.emplace_back("Weir-Message-Id", "order-7");
  headers.emplace_back("Weir-Failed-At", "2026-01-31T12:31:00Z");
  const auto one = read(headers);
  CHECK(one.failed_at == parse_rfc3339("2026-01-31T12:31:00Z"));
  CHECK(one.message_id == "order-7");
  CHECK(one.trace == "00-4bf9-01");
}

TEST_CASE("numbers and times that are none are left out") {
  const auto odd = read({{"Weir-Cause", "why"},
                         {"Weir-Subject", "s"},
                         {"Weir-Attempts", "5 times"},
                         {"Weir-Stream-Sequence", "-1"},
                         {"Weir-Published-At", "yesterday"}});
  CHECK(odd.attempts == 0);
  CHECK(odd.from_sequence == 0);
  CHECK_FALSE(odd.published_at.has_value());
}

TEST_CASE("a letter tells what its headers say") {
  const auto one = read(causes());
  CHECK(one.cause == "no customer 7");
  CHECK(one.error_code == "weir:8");
  CHECK(one.disposition == "permanent");
  CHECK(one.attempts == 5);
  CHECK(one.subject == "orders.created");
  CHECK(one.consumer == "billing");
  CHECK(one.published_at == parse_rfc3339("2026-01-31T12:30:00.25Z"));
  CHECK(origin_of(one) == "ORDERS:17");
  CHECK(place_of(one) == "DLQ_ORDERS:3");
}

TEST_CASE("headers of the same names that the message had are not the service's") {
  const auto one = read(before_causes(
      {{"Weir-Cause", "of an older life"}, {"Weir-Attempts", "9"}, {"Weir-Body-Bytes", "100"}}));
  CHECK(one.cause == "no customer 7");
  CHECK(one.attempts == 5);
  CHECK_FALSE(one.is_cut());
}

TEST_CASE("a letter whose body was cut knows how large it was") {
  auto headers = causes();
  headers.emplace_back("Weir-Body-Bytes", "1048576");
  CHECK(read(headers).whole_body_bytes == 1048576);
}

TEST_CASE("a replayed message keeps its own headers, and none of weir's and the server's") {
  const auto headers = before_causes({{"traceparent", "00-4bf9-01"},
                                      {"Nats-Msg-Id", "dead:billing:ORDERS:17:5f"},
                                      {"Nats-Expected-Stream", "ORDERS"},
                                      {"tag", "a"},
                                      {"tag", "b"}});
  const auto made = make_replayed(read(headers), headers);
  CHECK(made.id == "replay:DLQ_ORDERS:3:billing:ORDERS:17:5f");
  const header_list kept(made.headers.begin(), made.headers.end());
  CHECK(kept == header_list{{"traceparent", "00-4bf9-01"},
                            {"tag", "a"},
                            {"tag", "b"},
                            {"Weir-Replay-Of", "DLQ_ORDERS:3"}});
}

TEST_CASE("a replayed message is a part of what it was a part of before it died") {
  const auto headers = before_causes({{"Weir-Correlation-Id", "order-17"},
                                      {"Weir-Causation-Id", "payment-4"},
                                      {"Weir-Replay-Of", "DLQ_ORDERS:1"}});
  const auto made = make_replayed(read(headers), headers);
  const header_list kept(made.headers.begin(), made.headers.end());
  CHECK(kept == header_list{{"Weir-Correlation-Id", "order-17"},
                            {"Weir-Causation-Id", "payment-4"},
                            {"Weir-Replay-Of", "DLQ_ORDERS:3"}});
}

TEST_CASE("a letter without an id is replayed under the place of its message") {
  CHECK(make_replayed(read(causes()), {}).id == "replay:DLQ_ORDERS:3:ORDERS:17");
}

TEST_CASE("a header that weir would not write is left out of a replayed message") {
  const auto made = make_replayed(read(causes()), {{"of another client", "1"}, {"fine", "2"}});
  CHECK(made.headers.size() == 2);
  CHECK(made.headers.find("fine") == "2");
}
