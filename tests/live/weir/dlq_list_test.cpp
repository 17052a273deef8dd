// SPDX-License-Identifier: Apache-2.0
#include "dlq/list.hpp"

#include <algorithm>

#include "command.hpp"
#include "dlq/scan.hpp"
#include "dlq/show.hpp"
#include "dlq/summary.hpp"
#include "fixture.hpp"
#include "nats_session.hpp"

TEST_SUITE_BEGIN("weir.dlq_list");

using namespace weir;
using namespace weir::test;
using dlq::list_options;

namespace {

task<std::string> list(post_office& in, list_options wanted) {
  std::ostringstream out;
  co_await dlq::list(in.js(), std::move(wanted), out);
  co_return out.str();
}

task<std::string> show(post_office& in, dlq::show_options wanted) {
  std::ostringstream out;
  co_await dlq::show(in.js(), std::move(wanted), out);
  co_return out.str();
}

hand_written about(std::string cause) {
  hand_written made;
  made.cause = std::move(cause);
  return made;
}

std::ptrdiff_t lines_of(const std::string& text) { return std::ranges::count(text, '\n'); }

task<> lists_all(post_office& in) {
  co_await in.make_stream("GRAVES", "graves.>");
  co_await in.write(about("no customer 7"));
  co_await in.write(about("late"), "graves.orders");
  const auto text = co_await list(in, list_options());
  CHECK(text.starts_with("DLQ_ORDERS\nSEQUENCE  DIED"));
  CHECK(contains(text, "orders.created  ORDERS:1  billing   1         weir:8  no customer 7\n"));
  CHECK(contains(text, "DLQ_ORDERS: 1 dead letter\n"));
  CHECK(contains(text, "late\nGRAVES: 1 dead letter\n"));
  CHECK_FALSE(contains(text, "\nORDERS"));
}

task<> lists_nothing(post_office& in) {
  const auto empty = co_await list(in, list_options());
  CHECK(empty == "DLQ_ORDERS: no dead letters\n\n");
  co_await in.js().delete_stream("DLQ_ORDERS");
  const auto none = co_await list(in, list_options());
  CHECK(contains(none, "no stream with dead letters"));
  list_options named;
  named.stream = "DLQ_ORDERS";
  const auto failure = co_await error_of(list(in, named));
  CHECK(failure.is(errc::not_found));
}

task<> lists_within_limit(post_office& in) {
  for (int at = 0; at < 5; ++at) co_await in.write(about("no customer " + std::to_string(at)));
  list_options wanted;
  wanted.limit = 3;
  const auto cut = co_await list(in, wanted);
  CHECK(contains(cut, "no customer 2"));
  CHECK_FALSE(contains(cut, "no customer 3"));
  CHECK(contains(cut, "DLQ_ORDERS: 3 shown, there are more"));
  wanted.limit = 5;
  const auto whole = co_await list(in, wanted);
  CHECK(contains(whole, "DLQ_ORDERS: 5 dead letters\n"));
}

task<> lists_json(post_office& in) {
  co_await in.write(about("no \"customer\" 7"));
  co_await in.write(about("late \xff"));
  list_options wanted;
  wanted.json = true;
  const auto text = co_await list(in, wanted);
  CHECK(lines_of(text) == 2);
  CHECK(text.starts_with(R"({"dead_letter_stream":"DLQ_ORDERS","dead_letter_sequence":1,)"));
  CHECK(contains(text, R"("cause":"no \"customer\" 7")"));
  CHECK(contains(text, R"("cause":"late ?")"));
  CHECK(contains(text, R"("message_id":"","trace":"","body_bytes":2,"is_cut":false})"));
  wanted.only.cause = "late";
  const auto one = co_await list(in, wanted);
  CHECK(lines_of(one) == 1);
}

task<> counts_by_cause(post_office& in) {
  co_await in.write(about("late"));
  for (int at = 0; at < 3; ++at) co_await in.write(about("no customer " + std::to_string(at)));
  std::ostringstream out;
  co_await dlq::list_by_cause(in.js(), list_options(), out);
  const std::string text = out.str();
  CHECK(text.find("no customer #") < text.find("late"));
  CHECK(contains(text, "DLQ_ORDERS: 4 dead letters, 2 causes"));
  std::ostringstream lines;
  list_options wanted;
  wanted.json = true;
  co_await dlq::list_by_cause(in.js(), wanted, lines);
  CHECK(lines_of(lines.str()) == 2);
  CHECK(contains(lines.str(), R"("count":3,"cause":"no customer #","subject":"orders.created")"));
}

task<std::vector<std::uint64_t>> scan(post_office& in, std::uint64_t last) {
  std::vector<std::uint64_t> seen;
  auto messages = dlq::scan(in.js(), "DLQ_ORDERS", last);
  while (const auto next = co_await messages.next()) seen.push_back(next->sequence);
  co_return seen;
}

task<> scans_to_the_end(post_office& in) {
  constexpr std::uint64_t all = 3000;  // several pages
  std::vector<nats::publication> sent;
  nats::headers headers{{"Weir-Cause", "late"}, {"Weir-Subject", "orders.created"}};
  const nats::subject to("dlq.orders");
  for (std::uint64_t at = 0; at < all; ++at) {
    nats::publish_options how;
    how.headers = &headers;
    sent.push_back(co_await in.js().publish_later(to, "x", how));
  }
  for (auto& one : sent) co_await one.confirmed();
  const auto whole = co_await scan(in, all);
  CHECK(whole.size() == all);
  // What has come since is left alone: a letter that is replayed and dies again is among it.
  const auto bounded = co_await scan(in, all - 1);
  CHECK(bounded.size() == all - 1);
}

task<> scans_what_others_delete(post_office& in) {
  constexpr std::uint64_t all = 4;
  for (std::uint64_t at = 0; at < all; ++at) co_await in.write();
  auto messages = dlq::scan(in.js(), "DLQ_ORDERS", all);
  const auto first = co_await messages.next();
  REQUIRE(first.has_value());
  for (std::uint64_t at = 2; at <= all; ++at) co_await in.js().delete_message("DLQ_ORDERS", at);
  std::uint64_t more = 0;
  while (const auto next = co_await messages.next()) ++more;
  CHECK(more <= all - 1);
  const auto gap = co_await scan(in, all);
  CHECK(gap == std::vector<std::uint64_t>{1});
}

task<> shows_one(post_office& in) {
  co_await in.publish("orders.created", "x");
  const auto original = co_await in.js().get_message("ORDERS", 1);
  hand_written letter;
  letter.body = R"({"id":1,"note":null})";
  letter.published_at = to_rfc3339(original.time);
  letter.more.emplace_back("traceparent", "00-4bf9-01");
  letter.more.emplace_back("Weir-Failed-At", "2026-01-31T12:31:00Z");
  letter.more.emplace_back("Weir-Message-Id", "order-1");
  co_await in.write(letter);
  dlq::show_options wanted;
  wanted.id.sequence = 1;
  const auto text = co_await show(in, wanted);
  CHECK(text.starts_with("DLQ_ORDERS:1  died "));
  CHECK(contains(text, "ORDERS:1 on orders.created, given up by billing after 1 attempt: no cust"));
  CHECK(contains(text, "\nerror weir:8, permanent\npublished " + letter.published_at +
                           ", given up 2026-01-31T12:31:00Z\nmessage id order-1\n"
                           "trace 00-4bf9-01\nits stream still has the message\n"));
  CHECK(contains(text, "  traceparent: 00-4bf9-01\n"));
  CHECK(contains(text, "  Weir-Attempts: 1\n"));
  CHECK(text.ends_with("Body: 20 bytes\n{\n  \"id\": 1,\n  \"note\": null\n}\n"));
  wanted.raw = true;
  const auto raw = co_await show(in, wanted);
  CHECK(raw == letter.body);
}

task<> shows_cut_and_none(post_office& in) {
  hand_written letter;
  letter.body = "\xff\xfe";
  letter.more.emplace_back("Weir-Body-Bytes", "2000000");
  co_await in.write(letter);
  dlq::show_options wanted;
  wanted.id.sequence = 1;
  const auto text = co_await show(in, wanted);
  CHECK(contains(text, ", given up (not told)\nits stream has the message no more\n"));
  CHECK(contains(text, "Body: the first 2 of 2000000 bytes"));
  CHECK(contains(text, "00000000  ff fe"));
  wanted.id.sequence = 2;
  const auto none = co_await error_of(show(in, wanted));
  CHECK(none.is(errc::not_found));
  CHECK(contains(none.message(), "there is no dead letter DLQ_ORDERS:2"));
}

task<> shows_by_name(post_office& in) {
  co_await in.make_stream("DLQ_BILLS", "dlq.bills");
  co_await in.write(about("an order's"));
  co_await in.write(about("a bill's"), "dlq.bills");
  const ending by_number = run_command(in, "dlq show 1");
  CHECK(by_number.code == 2);
  CHECK(contains(by_number.output, "name one with --stream: DLQ_BILLS, DLQ_ORDERS"));
  const ending by_name = run_command(in, "dlq show DLQ_BILLS:1");
  CHECK(by_name.code == 0);
  CHECK(by_name.output.starts_with("DLQ_BILLS:1  died "));
  CHECK(contains(by_name.output, "a bill's\n"));
  const ending twice = run_command(in, "dlq show DLQ_BILLS:1 --stream DLQ_ORDERS");
  CHECK(twice.code == 2);
  CHECK(contains(twice.output, "is of another stream than --stream DLQ_ORDERS"));
  const ending wrong = run_command(in, "dlq show DLQ_BILLS:first");
  CHECK(wrong.code == 2);
  CHECK(contains(wrong.output, "'DLQ_BILLS:first' is no letter; it looks like 17 or DLQ_ORD"));
  const ending absent = run_command(in, "dlq show NONE:1");
  CHECK(absent.code == 3);
  CHECK(contains(absent.output, "there is no stream NONE"));
}

task<int> never_called(nats::jetstream, tools::interruption&) { co_return 0; }

}  // namespace

TEST_CASE("a list finds streams by their name, and by the dead letter at their end") {
  post_office::open(lists_all);
}
TEST_CASE("a list of nothing says so") { post_office::open(lists_nothing); }
TEST_CASE("a list that is longer than its limit says that there is more") {
  post_office::open(lists_within_limit);
}
TEST_CASE("a list is a line of JSON for each letter, whatever bytes a cause has") {
  post_office::open(lists_json);
}
TEST_CASE("a list by cause has the most frequent cause first") {
  post_office::open(counts_by_cause);
}
TEST_CASE("a scan gives all messages up to its last sequence, and none after it") {
  post_office::open(scans_to_the_end);
}
TEST_CASE("a scan ends where others delete what it has not read") {
  post_office::open(scans_what_others_delete);
}
TEST_CASE("a letter is shown with its headers and its body") { post_office::open(shows_one); }
TEST_CASE("a letter is shown by its stream and number, where several streams have letters") {
  post_office::open(shows_by_name);
}
TEST_CASE("a cut letter is shown as one, and one that is not there is an error") {
  post_office::open(shows_cut_and_none);
}
TEST_CASE("where no server is the error says why, and how to name another one") {
  std::string text;
  try {
    tools::run_nats_session({.url = "nats://ann:secret@127.0.0.1:1"}, tools::on_signal::end,
                            never_called);
  } catch (const error& failure) {
    text = failure.message();
  }
  CHECK(contains(text, "no NATS server takes a connection at nats://ann:***@127.0.0.1:1"));
  CHECK(contains(text, "--nats or NATS_URL"));
}
