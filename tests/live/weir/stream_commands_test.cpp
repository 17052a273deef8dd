// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "fixture.hpp"
#include "stream/consumers.hpp"
#include "stream/remove_consumer.hpp"
#include "stream/streams.hpp"
#include "weir/nats/consumer.hpp"

TEST_SUITE_BEGIN("weir.stream_commands");

using namespace weir;
using namespace weir::test;

namespace {

/// What `print` writes.
template <class Print>
task<std::string> text_of(Print print) {
  std::ostringstream out;
  co_await print(out);
  co_return out.str();
}

task<> make_billing(post_office& in) {
  nats::consumer_config wanted;
  wanted.durable = "billing";
  wanted.filter_subject = "orders.created";
  co_await in.js().ensure_consumer("ORDERS", wanted);
}

task<> lists_streams(post_office& in) {
  co_await in.publish("orders.created", "one");
  const auto text =
      co_await text_of([&](auto& out) { return tools::list_streams(in.js(), {}, out); });
  CHECK(text.starts_with("STREAM      MESSAGES  SIZE"));
  CHECK(text.find("DLQ_ORDERS") < text.find("\nORDERS"));
  CHECK(contains(text, "orders.>\n"));
  const tools::print_options as_json{.json = true};
  const auto lines =
      co_await text_of([&](auto& out) { return tools::list_streams(in.js(), as_json, out); });
  CHECK(lines.starts_with(R"({"name":"DLQ_ORDERS","subjects":["dlq.orders"],"messages":0,)"));
  CHECK(contains(lines, R"({"name":"ORDERS","subjects":["orders.>"],"messages":1,)"));
  CHECK(contains(lines, R"("duplicate_window_seconds":120,)"));
}

task<> shows_a_stream(post_office& in) {
  co_await in.publish("orders.created", "one");
  const auto text =
      co_await text_of([&](auto& out) { return tools::show_stream(in.js(), "ORDERS", {}, out); });
  CHECK(text.starts_with("ORDERS\n  subjects           orders.>\n"));
  CHECK(contains(text, "  sequences          1 to 1, 0 deleted between\n"));
  CHECK(contains(text, "  storage            file, 1 replica\n"));
  CHECK(contains(text, "  duplicate window   2.0 m\n"));
  std::ostringstream out;
  const auto none = co_await error_of(tools::show_stream(in.js(), "NONE", {}, out));
  CHECK(none.is(errc::not_found));
  CHECK(contains(none.message(), "'weir stream list' shows"));
}

task<> shows_consumers(post_office& in) {
  co_await make_billing(in);
  for (int at = 0; at < 3; ++at) co_await in.publish("orders.created", "one");
  co_await in.publish("orders.other", "not for billing");
  auto reader = co_await nats::consumer::open(in.js(), "ORDERS", "billing");
  const auto in_hand = co_await reader.next();
  REQUIRE(in_hand.has_value());
  const auto list = co_await text_of(
      [&](auto& out) { return tools::list_consumers(in.js(), "ORDERS", {}, out); });
  CHECK(contains(list, "billing   2        1        0"));
  CHECK(contains(list, "orders.created\n"));
  const auto info = co_await text_of(
      [&](auto& out) { return tools::show_consumer(in.js(), "ORDERS", "billing", {}, out); });
  CHECK(info.starts_with("ORDERS > billing\n  subjects           orders.created\n"));
  CHECK(contains(info, "  pending            2 not delivered yet\n"));
  CHECK(contains(info, "  in hand            1 delivered and not acknowledged, 0 of them again\n"));
}

task<> shows_lag(post_office& in) {
  co_await make_billing(in);
  nats::consumer_config slow;
  slow.durable = "archive";
  co_await in.js().ensure_consumer("ORDERS", slow);
  co_await in.publish("orders.other", "for the archive alone");
  co_await in.publish("orders.created", "for both");
  const tools::print_options as_json{.json = true};
  const auto lines =
      co_await text_of([&](auto& out) { return tools::show_lag(in.js(), "", as_json, out); });
  const auto oldest = co_await in.js().get_message("ORDERS", 1);
  const auto second = co_await in.js().get_message("ORDERS", 2);
  CHECK(lines ==
        R"({"stream":"ORDERS","consumer":"archive","pending":2,"ack_pending":0,"redelivered":0,)"
        R"("oldest_at":")" +
            to_rfc3339(oldest.time) +
            "\"}\n"
            R"({"stream":"ORDERS","consumer":"billing","pending":1,"ack_pending":0,)"
            R"("redelivered":0,"oldest_at":")" +
            to_rfc3339(second.time) + "\"}\n");
  std::ostringstream out;
  const auto none = co_await error_of(tools::show_lag(in.js(), "NONE", {}, out));
  CHECK(none.is(errc::not_found));
}

task<> pauses(post_office& in) {
  co_await make_billing(in);
  const auto account = co_await in.js().account_info();
  std::ostringstream out;
  auto pausing = tools::pause_consumer(in.js(), "ORDERS", "billing", 60s, out);
  if (account.api_level == 0) {  // Before 2.11, whose remedy is another.
    const auto refused = co_await error_of(std::move(pausing));
    CHECK(refused.is(errc::unsupported));
    CHECK(contains(refused.message(), "upgrade nats-server to 2.11"));
    co_return;
  }
  co_await std::move(pausing);
  const auto paused = co_await in.js().consumer_info("ORDERS", "billing");
  CHECK(paused.is_paused);
  co_await tools::resume_consumer(in.js(), "ORDERS", "billing", out);
  const auto resumed = co_await in.js().consumer_info("ORDERS", "billing");
  CHECK_FALSE(resumed.is_paused);
}

task<> removes(post_office& in) {
  co_await make_billing(in);
  co_await in.publish("orders.created", "one");
  std::ostringstream out;
  std::string asked;
  const tools::confirmation decline = [&asked](const std::string& question) {
    asked = question;
    return false;
  };
  const bool was_declined =
      !co_await tools::remove_consumer(in.js(), "ORDERS", "billing", decline, out);
  CHECK(was_declined);
  CHECK(asked == "Delete consumer billing of ORDERS for good?");
  CHECK(contains(out.str(), "  pending            1 not delivered yet\n"));
  CHECK(out.str().ends_with("nothing was deleted\n"));
  co_await in.js().consumer_info("ORDERS", "billing");

  const tools::confirmation agree = [](const std::string&) { return true; };
  const bool is_deleted = co_await tools::remove_consumer(in.js(), "ORDERS", "billing", agree, out);
  CHECK(is_deleted);
  CHECK(out.str().ends_with("consumer billing of ORDERS is deleted\n"));
  const auto gone = co_await error_of(in.js().consumer_info("ORDERS", "billing"));
  CHECK(gone.is(errc::not_found));
  const auto messages = co_await in.count("ORDERS");
  CHECK(messages == 1);
  const auto again =
      co_await error_of(tools::remove_consumer(in.js(), "ORDERS", "billing", agree, out));
  CHECK(again.is(errc::not_found));
  CHECK(contains(again.message(), "'weir consumer list ORDERS' shows those that are"));
}

task<> removes_by_command(post_office& in) {
  co_await make_billing(in);
  const ending unasked = run_command(in, "consumer rm ORDERS billing </dev/null");
  CHECK(unasked.code == 2);
  CHECK(contains(unasked.output, "look with 'weir consumer info', then say --yes"));
  co_await in.js().consumer_info("ORDERS", "billing");
  const ending removed = run_command(in, "consumer rm ORDERS billing --yes </dev/null");
  CHECK(removed.code == 0);
  CHECK(contains(removed.output, "consumer billing of ORDERS is deleted\n"));
  const auto gone = co_await error_of(in.js().consumer_info("ORDERS", "billing"));
  CHECK(gone.is(errc::not_found));
  const ending again = run_command(in, "consumer rm ORDERS billing --yes");
  CHECK(again.code == 3);
}

task<> ends_with_codes(post_office& in) {
  const ending good = run_command(in, "stream list");
  CHECK(good.code == 0);
  CHECK(contains(good.output, "DLQ_ORDERS"));
  const ending none = run_command(in, "stream info NONE");
  CHECK(none.code == 3);
  CHECK(contains(none.output, "error: there is no stream NONE"));
  const ending wrong = run_command(in, "stream info");
  CHECK(wrong.code == 2);
  const ending soon = run_command(in, "consumer pause ORDERS billing --for soon");
  CHECK(soon.code == 2);
  CHECK(contains(soon.output, "'soon' is no age"));
  co_return;
}

}  // namespace

TEST_CASE("streams are listed by name, as a table or as lines of JSON") {
  post_office::open(lists_streams);
}
TEST_CASE("a stream is shown with its limits, and one that is not there with the remedy") {
  post_office::open(shows_a_stream);
}
TEST_CASE("a consumer shows what waits for it and what it has in hand") {
  post_office::open(shows_consumers);
}
TEST_CASE("the lag names the consumer that is furthest behind first, and its oldest message") {
  post_office::open(shows_lag);
}
TEST_CASE("a consumer is paused and resumed, or the error says what to do instead") {
  post_office::open(pauses);
}
TEST_CASE("a consumer is shown, asked about and removed, and its messages stay") {
  post_office::open(removes);
}
TEST_CASE("where nobody can be asked, a consumer is removed with --yes alone") {
  post_office::open(removes_by_command);
}
TEST_CASE("a command ends with 0, with 2 for a wrong line, and with 3 where it failed") {
  post_office::open(ends_with_codes);
}

TEST_SUITE_END();
