// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "orders.hpp"
#include "scripted_server.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Publishes with these options, and gives the error.
task<error> refusal(orders& in, nats::publish_options options) {
  const auto done = co_await in.js.publish(in.created, "x", options).as_result();
  REQUIRE_FALSE(done.has_value());
  co_return done.error();
}

void check_conflict(const error& failure, std::string_view words) {
  CHECK(failure.is(errc::conflict));
  CHECK(failure.disposition() == disposition::permanent);
  CHECK(contains(failure.message(), words));
  CHECK_FALSE(contains(failure.message(), "may be stored"));
}

task<> expect_sequences(nats::connection& link) {
  orders in(link);
  co_await in.make(0);
  co_await in.js.publish(in.created, "1", {.expected_last_sequence = 0});
  co_await in.js.publish(nats::subject("orders.paid"), "2", {.expected_last_sequence = 1});
  co_await in.js.publish(in.created, "3", {.expected_last_subject_sequence = 1});
  co_await in.js.publish(nats::subject("orders.new"), "4", {.expected_last_subject_sequence = 0});

  check_conflict(co_await refusal(in, {.expected_last_sequence = 3}),
                 "wrong last sequence: 4 (code 400, error 10071)");
  check_conflict(co_await refusal(in, {.expected_last_subject_sequence = 1}),
                 "wrong last sequence: 3 (code 400, error 10071)");
  const nats::stream_info info = co_await in.js.stream_info("ORDERS");
  CHECK(info.messages == 4);
}

task<> expect_stream_and_id(nats::connection& link) {
  orders in(link);
  co_await in.make(0);
  co_await in.js.publish(in.created, "1", {.msg_id = "a", .expected_stream = "ORDERS"});
  co_await in.js.publish(in.created, "2", {.msg_id = "b", .expected_last_msg_id = "a"});

  check_conflict(co_await refusal(in, {.expected_stream = "OTHER"}), "error 10060");
  check_conflict(co_await refusal(in, {.expected_last_msg_id = "a"}),
                 "wrong last msg ID: b (code 400, error 10070)");
}

task<> repeat_by_hand(nats::connection& link) {
  orders in(link);
  co_await in.make(0);
  const nats::publish_options once{.msg_id = "mine", .expected_last_sequence = 0};
  co_await in.js.publish(in.created, "1", once);
  co_await in.publish(0, 1);
  const nats::publish_ack again = co_await in.js.publish(in.created, "1", once);
  CHECK(again.duplicate);
  CHECK(again.sequence == 1);
}

task<> repeat_after_window(nats::connection& link) {
  orders in(link);
  nats::stream_config wanted = orders_stream();
  wanted.duplicate_window = 100ms;
  co_await in.js.ensure_stream(wanted);
  const nats::publish_options once{.msg_id = "mine", .expected_last_sequence = 0};
  co_await in.js.publish(in.created, "1", once);
  // Until the stream has forgotten the id of another message, and so that one as well.
  while (true) {
    const nats::publish_ack ack = co_await in.js.publish(in.created, "x", {.msg_id = "other"});
    if (!ack.duplicate && ack.sequence > 2) break;
  }
  const nats::publish_ack by_sequence = co_await in.js.publish(in.created, "1", once);
  CHECK(by_sequence.duplicate);
  CHECK(by_sequence.sequence == 1);
  const nats::publish_options by_subject{.msg_id = "mine", .expected_last_subject_sequence = 0};
  const nats::publish_ack ack = co_await in.js.publish(in.created, "1", by_subject);
  CHECK(ack.sequence == 1);
  check_conflict(co_await refusal(in, {.msg_id = "new", .expected_last_sequence = 0}), "10071");
}

task<> roll_up(nats::connection& link) {
  orders in(link);
  co_await in.make(0);
  const error refused = co_await refusal(in, {.rollup = nats::rollup::subject});
  CHECK(refused.is(errc::invalid_argument));
  CHECK(refused.disposition() == disposition::permanent);
  CHECK(contains(refused.message(), "rollup not permitted (code 500, error 10111)"));
}

task<> refuse_options(nats::connection& link) {
  orders in(link);
  co_await in.make(0);
  const nats::headers twice{{"Nats-TTL", "5s"}};
  const auto wrong = [&](nats::publish_options options, std::string_view words) -> task<> {
    const error refused = co_await refusal(in, options);
    CHECK(refused.is(errc::invalid_argument));
    CHECK(contains(refused.message(), words));
  };
  co_await wrong({.ttl = 1500ms}, "whole seconds");
  co_await wrong({.ttl = 0s}, "at least one");
  co_await wrong({.headers = &twice, .ttl = 5s}, "as a header and as an option");
  co_await wrong({.schedule = "@at 2030-01-01T00:00:00Z"}, "needs a schedule_target");
  co_await wrong({.schedule_target = "orders.later"}, "nothing without a schedule");
  co_await wrong({.schedule = "a\r\nb", .schedule_target = "orders.later"}, "CR, LF and NUL");
  co_await wrong({.schedule = "@at x", .schedule_target = "orders.*"}, "orders.*");
  co_await wrong({.expected_last_subject = "orders.*"}, "expected_last_subject_sequence");
  co_await wrong({.expected_stream = "a.b"}, "a.b");
}

task<> need_newer_server(nats::connection& link) {
  orders in(link);
  co_await link.wait_connected();
  const nats::server_version version = link.server().version;
  nats::stream_config stream = orders_stream();
  if (version >= nats::server_version{2, 11}) stream.allow_message_ttl = true;
  if (version >= nats::server_version{2, 12}) stream.allow_message_schedules = true;
  co_await in.js.ensure_stream(stream);
  const auto need = [&](nats::publish_options options, int minor,
                        std::string_view words) -> task<> {
    if (version >= nats::server_version{2, minor}) {
      CHECK((co_await in.js.publish(in.created, "x", options)).sequence > 0);
      co_return;
    }
    const error failure = co_await refusal(in, options);
    CHECK(failure.is(errc::unsupported));
    CHECK(failure.disposition() == disposition::permanent);
    CHECK(contains(failure.message(), words));
  };
  co_await need({.expected_last_subject_sequence = 0, .expected_last_subject = "orders.*"}, 11,
                "needs nats-server 2.11 or newer");
  co_await need({.ttl = 5s}, 11, "publish_options::ttl needs nats-server 2.11 or newer");
  co_await need({.schedule = "@at 2130-01-01T00:00:00Z", .schedule_target = "orders.later"}, 12,
                "publish_options::schedule needs nats-server 2.12 or newer");
}

}  // namespace

TEST_SUITE("nats.publish_expectations") {
  TEST_CASE("a sequence that is expected is met, or the message is refused as a conflict") {
    on_every_server(expect_sequences);
  }
  TEST_CASE("a stream and an id that are expected are met, or the message is refused") {
    on_every_server(expect_stream_and_id);
  }
  TEST_CASE("a message repeated with its id is a duplicate although its expectation is past") {
    on_every_server(repeat_by_hand);
  }
  TEST_CASE("a message repeated after the duplicate window is found where it is stored") {
    on_every_server(repeat_after_window);
  }
  TEST_CASE("a roll-up that the stream does not allow is refused at once and for good") {
    on_every_server(roll_up);
  }
  TEST_CASE("options that cannot be used are refused before anything is sent") {
    on_every_server(refuse_options);
  }
  TEST_CASE("what an old server would ignore is refused with the version that it needs") {
    on_every_server(need_newer_server);
  }
}
