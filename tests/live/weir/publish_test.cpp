// SPDX-License-Identifier: Apache-2.0
// `weir pub` and `weir tail`.
#include "publish/publish.hpp"

#include "command.hpp"
#include "fixture.hpp"
#include "tail/tail.hpp"
#include "weir/nats/subscription.hpp"
#include "weir/when_all.hpp"

TEST_SUITE_BEGIN("weir.publish");

using namespace weir;
using namespace weir::test;
using tools::publish_outcome;
using tools::publish_request;

namespace {

publish_request request(std::string subject, std::string_view body) {
  publish_request wanted;
  wanted.subject = std::move(subject);
  wanted.body = tools::body_template(body);
  return wanted;
}

task<> stores(post_office& in) {
  tools::interruption stop;
  std::ostringstream out;
  auto wanted = request("orders.created", R"({"n":{{sequence}}})");
  wanted.count = 2500;  // More than may be unconfirmed.
  wanted.headers.emplace_back("tag", tools::body_template("number {{sequence}}"));
  const auto outcome = co_await tools::publish(in.link(), wanted, stop, out);
  CHECK(outcome.is_complete(2500));
  CHECK(out.str() == "2500 messages stored in ORDERS, 1 to 2500\n");
  const auto last = co_await in.js().get_message("ORDERS", 2500);
  CHECK(last.payload == R"({"n":2500})");
  CHECK(last.header("tag") == "number 2500");
}

task<> knows_duplicates(post_office& in) {
  tools::interruption stop;
  std::ostringstream out;
  auto wanted = request("orders.created", "x");
  wanted.count = 3;
  wanted.id_template = "one of {{int 5 5}}";
  const auto outcome = co_await tools::publish(in.link(), wanted, stop, out);
  CHECK(outcome.duplicates == 2);
  CHECK(out.str() == "3 messages stored in ORDERS, 1 to 1, 2 of them before\n");
}

task<> sends_what_nobody_keeps(post_office& in) {
  tools::interruption stop;
  std::ostringstream out;
  nats::subscription heard(in.link(), nats::subject_pattern("news.>"));
  const auto outcome = co_await tools::publish(in.link(), request("news.a", "x"), stop, out);
  CHECK(outcome.stream.empty());
  CHECK(contains(out.str(), "1 message sent on news.a; no stream keeps that subject"));
  const auto one = co_await heard.next();
  REQUIRE(one.has_value());
  CHECK(one->payload() == "x");
}

task<> stops_at_a_refusal(post_office& in) {
  nats::stream_config tiny;
  tiny.name = "TINY";
  tiny.subjects = {"tiny"};
  tiny.max_messages = 2;
  tiny.discard = nats::discard_policy::new_messages;
  co_await in.js().ensure_stream(tiny);
  tools::interruption stop;
  std::ostringstream out;
  auto wanted = request("tiny", "x");
  wanted.count = 5;
  const auto outcome = co_await tools::publish(in.link(), wanted, stop, out);
  CHECK(outcome.published == 2);
  CHECK(outcome.failed > 0);
  CHECK(contains(out.str(), "failed, the rest was not sent: "));
}

task<> stops_when_told(post_office& in) {
  tools::interruption stop;
  stop.wanted.set();
  std::ostringstream out;
  auto wanted = request("orders.created", "x");
  wanted.count = 5;
  const auto outcome = co_await tools::publish(in.link(), wanted, stop, out);
  CHECK(outcome.published == 0);
  CHECK_FALSE(outcome.is_complete(5));
}

task<std::string> tail(post_office& in, tools::tail_request wanted) {
  tools::interruption stop;
  std::ostringstream out;
  co_await tools::tail(in.link(), std::move(wanted), stop, out);
  co_return out.str();
}

task<> tails_a_stream(post_office& in) {
  for (int at = 1; at <= 20; ++at) {
    const std::string subject = at % 2 == 0 ? "orders.even" : "orders.odd";
    co_await in.publish(subject, std::to_string(at));
  }
  tools::tail_request wanted;
  wanted.subject = "orders.even";
  wanted.from = *tools::parse_tail_start({"last", "3"});
  wanted.limit = 3;
  const auto last = co_await tail(in, wanted);
  CHECK(contains(last, "orders.even  ORDERS:16  2 bytes\n  Nats-Msg-Id: "));
  CHECK(contains(last, "orders.even  ORDERS:20  2 bytes\n"));
  CHECK(last.ends_with("\n20\n\n"));
  CHECK_FALSE(contains(last, "ORDERS:14"));
  CHECK_FALSE(contains(last, "orders.odd"));

  wanted.from = *tools::parse_tail_start({"last", "1000"});
  wanted.limit = 10;
  const auto whole = co_await tail(in, wanted);
  CHECK(contains(whole, "ORDERS:2  "));

  tools::tail_request from;
  from.stream = "ORDERS";
  from.from = *tools::parse_tail_start({"sequence", "19"});
  from.limit = 2;
  from.json = true;
  const auto lines = co_await tail(in, from);
  CHECK(contains(lines, R"("sequence":19,"headers":[)"));
  CHECK(contains(lines, R"("sequence":20,)"));

  from.from = *tools::parse_tail_start({"1h"});
  from.limit = 1;
  const auto recent = co_await tail(in, from);
  CHECK(contains(recent, R"("sequence":1,)"));
}

task<> tails_nothing(post_office& in) {
  tools::tail_request wanted;
  wanted.subject = "news.a";
  wanted.from = *tools::parse_tail_start({"all"});
  const auto refused = co_await error_of(tail(in, wanted));
  CHECK(refused.is(errc::not_found));
  CHECK(contains(refused.message(), "no stream keeps news.a"));
}

/// Publishes until the one who listens has heard enough.
task<> publish_until(post_office& in, const bool& heard) {
  while (!heard) {
    const nats::subject to("news.a");
    co_await in.link().publish(to, R"({"id":7})");
    co_await in.link().flush();
  }
}

task<> hear(post_office& in, std::string& text, bool& heard) {
  tools::tail_request wanted;
  wanted.subject = "news.>";
  wanted.limit = 1;
  text = co_await tail(in, wanted);
  heard = true;
}

task<> hears(post_office& in) {
  std::string text;
  bool heard = false;
  co_await when_all(hear(in, text, heard), publish_until(in, heard));
  CHECK(contains(text, "  news.a  8 bytes\n{\n  \"id\": 7\n}\n"));
}

task<> stop_soon(tools::interruption& stop) {
  stop.wanted.set();
  co_return;
}

task<> ends_when_told(post_office& in) {
  for (const bool reads : {false, true}) {
    tools::interruption stop;
    std::ostringstream out;
    tools::tail_request wanted;
    wanted.subject = "orders.>";
    if (reads) wanted.stream = "ORDERS";
    co_await when_all(tools::tail(in.link(), wanted, stop, out), stop_soon(stop));
    CHECK(out.str().empty());
  }
}

task<> runs_as_commands(post_office& in) {
  const ending one = run_command(in, R"(pub orders.created '{"id":{{int 7 7}}}' -H 'tag: a')");
  CHECK(one.output == "stored as ORDERS:1\n");
  CHECK(one.code == 0);
  const ending piped = run_line(R"(printf hello | NATS_URL=)" + in.url() +
                                " " WEIR_COMMAND " pub orders.created - --json");
  CHECK(piped.output ==
        R"({"subject":"orders.created","stream":"ORDERS","published":1,"duplicates":0,)"
        R"("first_sequence":2,"last_sequence":2,"failed":0,"failure":""})"
        "\n");
  const ending seen = run_command(in, "tail --from all 'orders.>' --limit 2");
  CHECK(contains(seen.output, "  tag: a\n"));
  CHECK(contains(seen.output, "ORDERS:2  5 bytes\n"));
  CHECK(seen.output.ends_with("\nhello\n\n"));
  CHECK(seen.code == 0);
  const ending wrong = run_command(in, "pub orders.created '{{what}}'");
  CHECK(wrong.code == 2);
  CHECK(contains(wrong.output, "'{{what}}' cannot be filled in"));
  const ending nothing = run_command(in, "tail");
  CHECK(nothing.code == 2);
  CHECK(contains(nothing.output, "name a subject"));
  const ending vague = run_command(in, "tail 'orders.>' --from soon");
  CHECK(vague.code == 2);
  co_return;
}

}  // namespace

TEST_CASE("messages are made from the template and confirmed by their stream") {
  post_office::open(stores);
}
TEST_CASE("messages whose id the stream has already are told") {
  post_office::open(knows_duplicates);
}
TEST_CASE("what no stream keeps is sent, and that is said") {
  post_office::open(sends_what_nobody_keeps);
}
TEST_CASE("publishing ends at the first message that the stream refuses") {
  post_office::open(stops_at_a_refusal);
}
TEST_CASE("publishing ends between two messages when the operator wants it") {
  post_office::open(stops_when_told);
}
TEST_CASE("a tail of a stream begins where it is told, for its subject alone") {
  post_office::open(tails_a_stream);
}
TEST_CASE("a tail of the past needs a stream that keeps the subject") {
  post_office::open(tails_nothing);
}
TEST_CASE("a tail without a stream hears what is published") { post_office::open(hears); }
TEST_CASE("a tail ends when the operator wants it") { post_office::open(ends_when_told); }
TEST_CASE("pub and tail run as commands, and refuse what cannot be") {
  post_office::open(runs_as_commands);
}

TEST_SUITE_END();
