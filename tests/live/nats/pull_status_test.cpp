// SPDX-License-Identifier: Apache-2.0
#include "pull_status.hpp"

#include <algorithm>
#include <array>

#include "scripted_consumer.hpp"
#include "weir/nats/pull_source.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using enum nats::fetch_end;

/// One status as a server sends it, and what comes of it.
struct row {
  std::string status;
  nats::fetch_end end;          ///< of a fetch
  std::optional<errc> failure;  ///< of a source; without it the source pulls again
  std::string more = {};        ///< headers behind the status line
};

const std::string left = "Nats-Pending-Messages: 1\r\nNats-Pending-Bytes: 100\r\n";

const std::array rows{
    row{"400 Bad Request - heartbeat value too large", refused, errc::invalid_argument},
    row{"404 No Messages", no_messages, {}},
    row{"408 Request Timeout", timeout, {}, left},
    row{"408 Requests Pending", busy, {}},
    row{"408 Interest Expired", moved, {}, left},
    row{"409 Message Size Exceeds MaxBytes", max_bytes, {}, left},
    row{"409 Batch Completed", max_bytes, {}, left},
    row{"409 Exceeded MaxWaiting", busy, {}},
    row{"409 Exceeded MaxRequestBatch of 10", refused, {}},
    row{"409 Exceeded MaxRequestExpires of 1s", refused, {}},
    row{"409 Exceeded MaxRequestMaxBytes of 10", refused, {}},
    row{"409 Leadership Change", moved, {}},
    row{"409 Server Shutdown", moved, {}, left},
    row{"409 Consumer Deleted", consumer_deleted, errc::not_found},
    row{"409 Consumer is push based", consumer_deleted, errc::not_found},
    row{"412 Required Api Level", refused, errc::unsupported},
    row{"423 Nats-Wrong-Pin-Id", pin_lost, {}, left},
    row{"423 Nats-Pin-Id mismatch", pin_lost, {}},
    row{"503", no_responders, {}},
    row{"409 What Nobody Knows", refused, {}},
    row{"999999999999 Nonsense", refused, {}},
};

task<> fetch_with(nats::connection& link, scripted_server& server, const row& now) {
  scripted_consumer script(server, [&](int, const std::string& reply) {
    server.status(reply, "100 Idle Heartbeat", "Nats-Last-Consumer: 7\r\nNats-Last-Stream: 7\r\n");
    server.status(reply, now.status, now.more);
  });
  nats::consumer worker = co_await nats::consumer::open(nats::jetstream(link), "ORDERS", "worker");
  const nats::fetched got = co_await worker.fetch(1, 10s);
  CHECK(got.messages.empty());
  CHECK(got.end == now.end);
  if (now.end != no_responders) CHECK(contains(now.status, got.reason.substr(4)));
  CHECK(script.pulls.size() == 1);
}

task<> source_with(nats::connection& link, scripted_server& server, const row& now) {
  std::vector<nats::pull_event::kind> told;
  scripted_consumer* consumer = nullptr;
  scripted_consumer script(server, [&](int number, const std::string& reply) {
    if (number == 1) return server.status(reply, now.status, now.more);
    consumer->deliver(reply, "after");
  });
  consumer = &script;
  nats::pull_options options;
  options.slots = 1;
  options.max_bytes = 1000;
  options.on_event = [&](const nats::pull_event& one) { told.push_back(one.what); };
  auto source =
      co_await nats::pull_source::open(nats::jetstream(link), "ORDERS", "worker", options);
  auto came = co_await source.next().as_result();
  if (now.failure) {
    REQUIRE_FALSE(came.has_value());
    CHECK(came.error().is(*now.failure));
    CHECK(came.error().disposition() == disposition::permanent);
    CHECK(contains(came.error().message(), "consumer worker of stream ORDERS"));
    CHECK(contains(came.error().message(), now.status));
  } else {
    REQUIRE(came.has_value());
    CHECK((*came)->payload() == "after");
    CHECK(script.pulls.size() == 2);
    const bool is_trouble =
        (now.end == busy || now.end == moved || now.end == no_responders || now.end == refused) &&
        now.status != "409 Leadership Change";
    const bool is_limit = contains(now.status, "MaxRequest");  // told of, and no trouble
    CHECK(source.counters().troubles == (is_trouble && !is_limit ? 1 : 0));
    CHECK(told.size() == (is_trouble ? 1 : 0));
    (*came)->ack();
  }
  co_await source.close();
}

task<> follow_pin(nats::connection& link, scripted_server& server) {
  scripted_consumer* consumer = nullptr;
  scripted_consumer script(server, [&](int number, const std::string& reply) {
    if (number == 2) return server.status(reply, "423 Nats-Wrong-Pin-Id", left);
    consumer->deliver(reply, "x",
                      "NATS/1.0\r\nNats-Pin-Id: pin" + std::to_string(number) + "\r\n\r\n");
  });
  consumer = &script;
  nats::consumer worker = co_await nats::consumer::open(nats::jetstream(link), "ORDERS", "worker");
  const nats::fetch_options one{.priority = {.group = "A", .min_pending = 5}};
  for (const auto end : {complete, pin_lost, complete, complete}) {
    const nats::fetched got = co_await worker.fetch(one);
    CHECK(got.end == end);
  }
  REQUIRE(script.pulls.size() == 4);
  CHECK(contains(script.pulls[0], R"("group":"A","min_pending":5})"));
  CHECK(contains(script.pulls[1], R"("id":"pin1")"));
  CHECK_FALSE(contains(script.pulls[2], R"("id")"));
  CHECK(contains(script.pulls[3], R"("id":"pin3")"));
}

}  // namespace

TEST_SUITE("nats.pull_status") {
  TEST_CASE("every status ends a fetch with its own reason, and a heartbeat does not") {
    for (const row& now : rows) {
      CAPTURE(now.status);
      with_scripted_server("2.12.0",
                           [&](auto& link, auto& server) { return fetch_with(link, server, now); });
    }
  }
  TEST_CASE("every status either ends a source for good or has it pull again") {
    for (const row& now : rows) {
      CAPTURE(now.status);
      with_scripted_server(
          "2.12.0", [&](auto& link, auto& server) { return source_with(link, server, now); });
    }
  }
  TEST_CASE("every rule of the table is tried by these tests") {
    for (const auto& rule : nats::detail::status_rules()) {
      if (rule.code == 100) continue;
      const std::string begin = std::to_string(rule.code) + " " + std::string(rule.text);
      CAPTURE(begin);
      CHECK(std::ranges::any_of(
          rows, [&](const row& one) { return (one.status + " ").starts_with(begin); }));
    }
  }
  TEST_CASE("a fetch in a priority group gives the pin it was given, until it has lost it") {
    with_scripted_server("2.12.0", follow_pin);
  }
}
