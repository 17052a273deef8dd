// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/request.hpp"

#include "backends.hpp"
#include "told.hpp"
#include "weir/blocking.hpp"
#include "weir/nats/subscription.hpp"
#include "weir/stream_operators.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;
const nats::subject asked("math.double");
const nats::subject nobody("nobody.listens");
const nats::subject_pattern math("math.*");

/// Answers "<payload>!" to everything, until the subscription ends.
task<> answer_all(nats::connection& link, nats::subscription& questions) {
  while (auto one = co_await questions.next()) {
    const std::string answer = std::string(one->payload()) + "!";
    const nats::headers with{{"Color", one->header("Color").value_or("none")}};
    co_await nats::respond(link, *one, answer, with);
  }
}

task<> ask(nats::connection& link, int number, int& answered) {
  const std::string text = std::to_string(number);
  // Every second one goes where nobody listens.
  const nats::subject& to = number % 2 == 0 ? asked : nobody;
  const auto got = co_await nats::request(link, to, text).as_result();
  if (number % 2 == 0) {
    CHECK(got.value().payload() == text + "!");
  } else {
    CHECK_FALSE(got.has_value());
    if (!got.has_value()) CHECK(contains(got.error().message(), "no responders"));
  }
  ++answered;
}

task<> ask_many_at_once(nats::connection& link) {
  constexpr int count = 3000;  // more than are in flight at a time
  nats::subscription questions(link, math);
  scope answering;
  answering.spawn(answer_all(link, questions));
  scope asking;
  int answered = 0;
  for (int i = 0; i < count; ++i) asking.spawn(ask(link, i, answered));
  co_await asking.join();
  CHECK(answered == count);
  const nats::headers red{{"Color", "red"}};
  const nats::message coloured = co_await nats::request(link, asked, "x", {.headers = &red});
  CHECK(coloured.header("Color") == "red");
  co_await answering.close();
}

task<> tell_why_unanswered(nats::connection& link) {
  const auto none = co_await error_of(nats::request(link, nobody, ""));
  REQUIRE(none.has_value());
  CHECK(none->is(errc::unavailable));
  CHECK(none->disposition() == disposition::retry);
  CHECK(contains(none->message(), "no responders"));
  CHECK(contains(none->message(), "nobody.listens"));

  nats::subscription silent(link, math);
  const auto late = co_await error_of(nats::request(link, asked, "", {.timeout = 50ms}));
  REQUIRE(late.has_value());
  CHECK(late->is(errc::deadline_exceeded));
  CHECK(contains(late->message(), "math.double"));
  CHECK_FALSE(contains(late->message(), "no responders"));

  const std::string large(2U << 20, 'x');
  const auto refused = co_await error_of(nats::request(link, asked, large));
  REQUIRE(refused.has_value());
  CHECK(refused->is(errc::limit_exceeded));
}

task<> give_up_then_ask(nats::connection& link) {
  nats::subscription questions(link, math);
  for (int i = 0; i < 100; ++i) {
    // Given up before the server can say that nobody listens; that must not hit the next one.
    const auto given_up = co_await error_of(nats::request(link, nobody, "", {.timeout = 0ms}));
    REQUIRE(given_up.has_value());
    scope answering;
    answering.spawn(answer_all(link, questions));
    const nats::message answer = co_await nats::request(link, asked, "a");
    CHECK(answer.payload() == "a!");
    co_await answering.close();
  }
}

task<> request_into(nats::connection& link, std::optional<error>& failure) {
  failure = co_await error_of(nats::request(link, asked, "", {.timeout = 30s}));
}

task<> lose_the_connection(nats::connection& link, live_server& server, told& heard) {
  nats::subscription silent(link, math);
  std::optional<error> failure;
  scope asking;
  asking.spawn(request_into(link, failure));
  co_await silent.next();
  const std::size_t known = heard.all.size();
  co_await blocking([&server] { server->kill_hard(); });
  co_await asking.join();
  REQUIRE(failure.has_value());
  CHECK(failure->is(errc::unavailable));
  CHECK(contains(failure->message(), "connection was lost"));
  const auto unsent = co_await error_of(nats::request(link, asked, "", {.timeout = 20ms}));
  REQUIRE(unsent.has_value());
  CHECK(unsent->is(errc::deadline_exceeded));
  CHECK(contains(unsent->message(), "there is no connection"));
  co_await blocking([&server] { server->start(); });
  co_await heard.next(kind::connected, known);
  const auto none = co_await error_of(nats::request(link, nobody, ""));
  CHECK(contains(none->message(), "no responders"));
}

task<std::string> all_of(stream<nats::message> answers) {
  std::string all;
  while (auto one = co_await answers.next()) all += std::string(one->payload()) + " ";
  co_return all;
}

task<> answer_each(nats::connection& link, nats::subscription& questions) {
  while (auto one = co_await questions.next()) {
    for (const char* text : {"1", "2", "", "3"}) co_await nats::respond(link, *one, text);
  }
}

task<> collect_answers(nats::connection& link) {
  nats::subscription questions(link, math);
  scope answering;
  answering.spawn(answer_each(link, questions));
  nats::request_many_options options{.timeout = 30s, .max_answers = 2};
  CHECK((co_await all_of(nats::request_many(link, asked, "", options))) == "1 2 ");
  options = {.timeout = 30s, .ends_with_empty = true};
  CHECK((co_await all_of(nats::request_many(link, asked, "", options))) == "1 2 ");
  options = {.timeout = 30s, .stall = 50ms};
  CHECK((co_await all_of(nats::request_many(link, asked, "", options))) == "1 2  3 ");
  options = {.timeout = 100ms};
  CHECK((co_await all_of(nats::request_many(link, asked, "", options))) == "1 2  3 ");
  const auto none = co_await error_of(all_of(nats::request_many(link, nobody, "")));
  REQUIRE(none.has_value());
  CHECK(contains(none->message(), "no responders"));
  co_await answering.close();
}

task<> answer_by_hand(nats::connection& link) {
  nats::subscription questions(link, math);
  nats::subscription answers(link, nats::subject_pattern("answers"));
  const nats::subject reply_to("answers");
  co_await nats::publish_request(link, asked, reply_to, "hello");
  const auto one = co_await questions.next();
  CHECK(one->reply() == "answers");
  co_await nats::respond(link, *one, "world");
  const auto answer = co_await answers.next();
  CHECK(answer->payload() == "world");
  const auto unanswerable = co_await error_of(nats::respond(link, *answer, "x"));
  REQUIRE(unanswerable.has_value());
  CHECK(unanswerable->is(errc::invalid_argument));
}

}  // namespace

TEST_SUITE("nats.request") {
  TEST_CASE("each of many questions gets its own answer, or that nobody listens") {
    on_every_server(ask_many_at_once);
  }
  TEST_CASE("no responders, too late and too large are told apart") {
    on_every_server(tell_why_unanswered);
  }
  TEST_CASE("what comes for a question that was given up does not hit the next one") {
    on_every_server(give_up_then_ask);
  }
  TEST_CASE("a question on a lost connection says that it may have been handled") {
    live_server server;
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return lose_the_connection(link, server, heard); });
  }
  TEST_CASE("the answers of many end at their number, an empty one, a pause, or the time") {
    on_every_server(collect_answers);
  }
  TEST_CASE("a message is answered at its reply subject, and only if it has one") {
    on_every_server(answer_by_hand);
  }
}
