// SPDX-License-Identifier: Apache-2.0
// Responders without a database, on a model of nats-server and in simulated time.
#include "responder.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <stdexcept>

#include "../observe/lines.hpp"
#include "responders.hpp"
#include "weir/nats/model.hpp"
#include "weir/nats/request.hpp"
#include "weir/service/ask.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("service.responder");

using namespace std::chrono_literals;
namespace nats = weir::nats;

namespace {

struct Question {
  std::int64_t number;
  std::string wish = {};
};
struct Answer {
  double number;
  std::string text = {};
};
struct Asked {
  std::int64_t number;
};
struct Swallowed {
  std::int64_t number;
};
using swallowing_stream = weir::event_stream<"QUESTIONS", "other", "questions.*">;
using asked_stream = weir::event_stream<"ASKED", "asked.>">;
/// What this program publishes, and asks for where that is kept.
struct Noted {
  std::int64_t number;
};
struct Search {
  std::int64_t number;
};
using note_stream = weir::event_stream<"NOTES", "notes.*">;

}  // namespace

template <>
struct weir::bind<Question> : weir::request_to<"questions.ask", Answer> {};
template <>
struct weir::bind<Noted> : weir::bound_to<"notes.made", note_stream, 1> {};
template <>
struct weir::bind<Search> : weir::request_to<"notes.find", Answer> {};
template <>
struct weir::bind<Swallowed> : weir::bound_to<"questions.kept", swallowing_stream, 1> {};
template <>
struct weir::bind<Asked> : weir::bound_to<"asked.once", asked_stream, 1> {};

namespace {

constexpr std::size_t too_large = std::size_t{2} << 20;
constexpr std::size_t orders_tried = 4;

[[noreturn]] void fail(weir::errc code) {
  throw weir::error(code, weir::disposition::permanent, "as it was wished");
}

weir::task<Answer> answer(Question asked) {
  if (asked.wish == "not found") fail(weir::errc::not_found);
  if (asked.wish == "conflict") fail(weir::errc::conflict);
  if (asked.wish == "invalid") fail(weir::errc::invalid_argument);
  if (asked.wish == "too much") fail(weir::errc::limit_exceeded);
  if (asked.wish == "unavailable") fail(weir::errc::unavailable);
  if (asked.wish == "be cancelled") throw weir::error::cancelled();
  if (asked.wish == "throw") throw std::runtime_error("out of\r\norder");
  if (asked.wish == "a second") co_await weir::sleep(1s);
  if (asked.wish == "forever") co_await weir::sleep(24h);
  if (asked.wish == "deaf") co_await weir::shield(weir::as_task(weir::sleep(3s)));
  if (asked.wish == "no number") co_return Answer{std::numeric_limits<double>::infinity()};
  if (asked.wish == "a book") co_return Answer{1, std::string(too_large, 'a')};
  co_return Answer{static_cast<double>(asked.number) * 2};
}

weir::task<Answer> answer_and_publish(Question asked, weir::publications& events) {
  events.publish(Asked{asked.number});
  co_return Answer{1};
}

weir::task<> swallow(Swallowed) { co_return; }

weir::task<Answer> note(Question asked, weir::publications& out) {
  out.publish(Noted{asked.number});
  co_return Answer{};
}

weir::task<Answer> find(Search) { co_return Answer{}; }

weir::service asking(weir::endpoint with = weir::endpoint("ask")) {
  weir::service made("questions");
  made.on<answer>(std::move(with));
  return made;
}

/// A running service, and who asks it.
struct stage {
  nats::connection& asking;
  weir::detail::responders& answering;
  nats::jetstream& jetstream;
  weir::detail::service_statistics& statistics;
  std::function<weir::task<>()> open;  ///< Begins to answer.
};
using counts = weir::detail::responder_statistics;
using story = std::function<weir::task<>(stage)>;

weir::task<> tell(const weir::service& which, const story& told) {
  nats::model_server server({.latency = 500us});
  nats::connection asking(server);
  nats::connection link(server);
  co_await link.wait_connected();
  co_await asking.wait_connected();
  nats::jetstream jetstream(link);
  weir::detail::service_statistics statistics;
  weir::detail::responders all(which, {link, jetstream, nullptr, nullptr, statistics});
  const auto open = [&all] { return all.open(); };
  const stage on{asking, all, jetstream, statistics, open};
  const auto ended = co_await told(on).as_result();
  co_await all.close();
  co_await asking.close();
  co_await link.close();
  ended.value();
}

void on_stage(const weir::service& which, const story& told) {
  weir::explore(orders_tried, {}, [&] { return tell(which, told); });
}

constexpr nats::request_options patiently = {.timeout = 100h};

weir::task<weir::error> error_of(nats::connection& link, std::string wish) {
  const Question asked{1, std::move(wish)};
  const auto replied = co_await weir::ask(link, asked, patiently).as_result();
  REQUIRE_FALSE(replied.has_value());
  co_return replied.error();
}

weir::task<nats::service_error> refusal_of(nats::connection& link, std::string body) {
  const nats::subject to(weir::bind<Question>::subject);
  const auto replied = co_await nats::request(link, to, body);
  const auto failure = nats::service_error_of(replied);
  REQUIRE(failure.has_value());
  co_return *failure;
}

weir::task<nats::service_error> refusal_of_wish(nats::connection& link, std::string wish) {
  return refusal_of(link, weir::json::encode(Question{1, std::move(wish)}));
}

/// How many requests of the endpoint have ended so, in all of this program.
int answers_timed(const std::string& outcome) {
  return std::stoi(weir::test::value_of(
      "weir_handler_duration_seconds_count{handler=\"ask\",outcome=\"" + outcome + "\"}",
      weir::metrics_registry::global()));
}

weir::task<> ask_and_answer(stage on) {
  co_await on.open();
  const Question asked{21};
  const int before = answers_timed("success");
  const Answer got = co_await weir::ask(on.asking, asked);
  CHECK(got.number == 42);
  CHECK(on.statistics.sum(&counts::answered) == 1);
  CHECK(answers_timed("success") == before + 1);
  CHECK(on.statistics.sum(&counts::refused) == 0);
}

weir::task<> tell_version(stage on) {
  co_await on.open();
  for (const char* const verb : {"PING", "INFO", "STATS"}) {
    const nats::subject to("$SRV." + std::string(verb) + ".questions");
    const auto told = co_await nats::request(on.asking, to, "");
    CAPTURE(verb);
    CHECK(told.payload().find(R"("version":"1.4.2")") != std::string_view::npos);
  }
}

weir::task<> fail_in_all_ways(stage on) {
  co_await on.open();
  const auto unreadable = co_await refusal_of(on.asking, "what?");
  CHECK(unreadable.code == 400);
  CHECK(unreadable.description.find("JSON of") != std::string::npos);
  const auto missing = co_await refusal_of(on.asking, "{}");
  CHECK(missing.code == 400);
  const std::vector<std::pair<std::string, int>> expected = {
      {"invalid", 400},  {"not found", 404},   {"conflict", 409},
      {"too much", 413}, {"unavailable", 503}, {"be cancelled", 503},
      {"throw", 500},    {"no number", 500},   {"a book", 500},
  };
  for (const auto& [wish, code] : expected) {
    const auto failure = co_await refusal_of_wish(on.asking, wish);
    CAPTURE(wish);
    CAPTURE(failure.description);
    CHECK(failure.code == code);
    CHECK_FALSE(failure.description.empty());
  }
  const auto thrown = co_await refusal_of_wish(on.asking, "throw");
  CHECK(thrown.description == "out of  order");
  // The cancelled one is counted by NATS's service alone.
  CHECK(on.statistics.sum(&counts::refused) == 11);
  const Question again{1};
  const Answer next = co_await weir::ask(on.asking, again);
  CHECK(next.number == 2);
}

weir::task<> throw_at_who_asks(stage on) {
  co_await on.open();
  const auto missing = co_await error_of(on.asking, "not found");
  CHECK(missing.is(weir::errc::not_found));
  CHECK(missing.disposition() == weir::disposition::permanent);
  CHECK(missing.message() == "questions.ask was answered with the error 404: as it was wished");
  const auto invalid = co_await error_of(on.asking, "invalid");
  CHECK(invalid.is(weir::errc::invalid_argument));
  const auto conflict = co_await error_of(on.asking, "conflict");
  CHECK(conflict.is(weir::errc::conflict));
  const auto too_much = co_await error_of(on.asking, "too much");
  CHECK(too_much.is(weir::errc::limit_exceeded));
  const auto away = co_await error_of(on.asking, "unavailable");
  CHECK(away.is(weir::errc::unavailable));
  CHECK(away.disposition() == weir::disposition::retry);
  const auto other = co_await error_of(on.asking, "throw");
  CHECK(other.is(weir::errc::unhandled_exception));
  CHECK(other.disposition() == weir::disposition::retry);
}

weir::task<> pass_the_deadline(stage on) {
  co_await on.open();
  const auto late = co_await error_of(on.asking, "forever");
  CHECK(late.is(weir::errc::deadline_exceeded));
  CHECK(late.message().find("504: the deadline passed while it was handled") != std::string::npos);
}

weir::task<> ask_about(stage on, Question asked, std::vector<std::string>& ends) {
  const auto replied = co_await weir::ask(on.asking, asked, patiently).as_result();
  ends.push_back(replied ? "reply" : replied.error().message());
}

weir::task<> wait_for_a_worker(stage on) {
  co_await on.open();
  std::vector<std::string> occupying;
  std::vector<std::string> waiting;
  weir::scope people;
  people.spawn(ask_about(on, Question{1, "deaf"}, occupying));
  co_await weir::sleep(100ms);
  people.spawn(ask_about(on, Question{2}, waiting));
  co_await people.join();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].find("503: no worker was free") != std::string::npos);
  const Question again{1};
  const Answer next = co_await weir::ask(on.asking, again);
  CHECK(next.number == 2);
}

weir::task<> overflow(stage on) {
  co_await on.open();
  const nats::subject to(weir::bind<Question>::subject);
  const std::string slow = weir::json::encode(Question{1, "forever"});
  for (std::size_t count = 0; count <= weir::endpoint::waiting_max; ++count) {
    co_await on.asking.publish(to, slow);
  }
  co_await weir::sleep(1s);  // A simulation may begin the last one first.
  const auto before = weir::loop::current().now();
  const auto refused = co_await error_of(on.asking, "");
  CHECK(refused.message().find("503: too many requests wait") != std::string::npos);
  // In simulated time: long before any deadline.
  CHECK(weir::loop::current().now() - before < 1s);
}

weir::task<> publish_before_the_reply(stage on) {
  co_await on.open();
  const auto refused = co_await error_of(on.asking, "");
  // No stream has confirmed it, which is not to say that none has stored it.
  CHECK(refused.is(weir::errc::deadline_exceeded));
  nats::stream_config stream;
  stream.name = asked_stream::name;
  stream.subjects = {"asked.>"};
  co_await on.jetstream.ensure_stream(stream);

  const Question asked{8};
  co_await weir::ask(on.asking, asked);

  const auto now = co_await on.jetstream.stream_info(std::string(asked_stream::name));
  REQUIRE(now.messages == 1);
  const auto stored = co_await on.jetstream.get_message(std::string(asked_stream::name), 1);
  CHECK(stored.payload == R"({"number":8})");
}

weir::task<> drain_in_time(stage on) {
  co_await on.open();
  std::vector<std::string> ends;
  weir::scope people;
  people.spawn(ask_about(on, Question{1, "a second"}, ends));
  people.spawn(ask_about(on, Question{1, "a second"}, ends));
  co_await weir::sleep(100ms);
  co_await on.answering.drain(20s);
  co_await people.join();
  CHECK(ends == std::vector<std::string>{"reply", "reply"});
  const auto after = co_await error_of(on.asking, "");
  CHECK(after.message().find("no responders") != std::string::npos);
}

weir::task<> drain_too_late(stage on) {
  co_await on.open();
  std::vector<std::string> ends;
  weir::scope people;
  people.spawn(ask_about(on, Question{1, "forever"}, ends));
  people.spawn(ask_about(on, Question{1, "a second"}, ends));
  co_await weir::sleep(100ms);
  const auto before = weir::loop::current().now();
  co_await on.answering.drain(5s);
  CHECK(weir::loop::current().now() - before <= 6s);
  co_await people.join();
  REQUIRE(ends.size() == 2);
  CHECK(ends[0] == "reply");
  CHECK(ends[1].find("503") != std::string::npos);
}

weir::task<> misunderstand(stage on) {
  const nats::subject_pattern where(weir::bind<Question>::subject);
  nats::responder other(on.asking, where, [](nats::message) -> weir::task<nats::reply> {
    co_return nats::reply{.payload = "{\"text\":1}"};
  });
  co_await on.asking.flush();
  const auto unreadable = co_await error_of(on.asking, "");
  co_await other.close();
  CHECK(unreadable.is(weir::errc::protocol));
  CHECK(unreadable.disposition() == weir::disposition::permanent);
  CHECK(unreadable.message().find("questions.ask was answered with something else") !=
        std::string::npos);
}

weir::task<> refuse_with(stage on, int code) {
  const nats::subject_pattern where(weir::bind<Question>::subject);
  nats::responder other(on.asking, where, [code](nats::message) -> weir::task<nats::reply> {
    co_return nats::reply{.failure = nats::service_error{code, "for a reason"}};
  });
  co_await on.asking.flush();
  const auto refused = co_await error_of(on.asking, "");
  co_await other.close();
  const bool is_late = code == 408 || code == 504;
  CHECK(refused.is(
      is_late ? weir::errc::deadline_exceeded
              : (code == 429 ? weir::errc::unavailable : weir::errc::unhandled_exception)));
  CHECK(refused.message().find(std::to_string(code) + ": for a reason") != std::string::npos);
}

}  // namespace

TEST_CASE("a request is answered with what its responder gives") {
  on_stage(asking(), ask_and_answer);
}

TEST_CASE("who asks for a service is told its version") {
  on_stage(asking().version("1.4.2"), tell_version);
}

TEST_CASE("whatever goes wrong is answered, with a code that says whom to blame") {
  on_stage(asking(), fail_in_all_ways);
}

TEST_CASE("who asks gets the responder's error as an error of their own") {
  on_stage(asking(), throw_at_who_asks);
}

TEST_CASE("a request past its endpoint's deadline is answered with 504") {
  on_stage(asking(weir::endpoint("ask").deadline(2s)), pass_the_deadline);
}

TEST_CASE("a request that no worker takes before its deadline is answered with 503") {
  on_stage(asking(weir::endpoint("ask").workers(1).deadline(1s)), wait_for_a_worker);
}

TEST_CASE("of more requests than may wait the last is answered with 503 at once") {
  on_stage(asking(weir::endpoint("ask").workers(1).deadline(1h)), overflow);
}

TEST_CASE("what a responder publishes is in its stream before the reply, or there is none") {
  weir::service made("questions");
  made.on<answer_and_publish>(weir::endpoint("ask").deadline(1min));
  on_stage(made, publish_before_the_reply);
}

TEST_CASE("a drain answers the requests that run, and takes no more") {
  on_stage(asking(), drain_in_time);
}

TEST_CASE("a request that outlasts the drain is cancelled and answered with 503") {
  on_stage(asking(weir::endpoint("ask").deadline(24h)), drain_too_late);
}

TEST_CASE("an answer that is no reply is an error of the protocol") {
  on_stage(asking(), misunderstand);
}

TEST_CASE("codes that no responder of weir gives are understood, too") {
  for (const int code : {408, 418, 429, 500, 504}) {
    CAPTURE(code);
    on_stage(asking(), [code](stage on) { return refuse_with(on, code); });
  }
}

TEST_CASE("an endpoint that cannot be is refused when it is said") {
  CHECK_THROWS_WITH_AS(weir::endpoint("quotes.get"), doctest::Contains("endpoint 'quotes.get'"),
                       weir::error);
  CHECK_THROWS_AS(weir::endpoint(""), weir::error);
  CHECK_THROWS_AS(weir::endpoint("x").workers(0), weir::error);
  CHECK_THROWS_AS(weir::endpoint("x").workers(weir::endpoint::workers_max + 1), weir::error);
  CHECK_NOTHROW(weir::endpoint("x").workers(weir::endpoint::workers_max));
  CHECK_THROWS_AS(weir::endpoint("x").deadline(0s), weir::error);
}

TEST_CASE("two responders that would take each other's requests are refused") {
  weir::service made = asking();
  CHECK_THROWS_WITH_AS(made.on<answer>(weir::endpoint("other")),
                       doctest::Contains("'ask' of questions.ask and 'other' of questions.ask"),
                       weir::error);
  weir::service nameless("my.questions");
  CHECK_THROWS_WITH_AS(nameless.on<answer>(weir::endpoint("ask")),
                       doctest::Contains("service 'my.questions'"), weir::error);
}

TEST_CASE("a request at a subject that a handler's stream keeps is refused, in either order") {
  weir::service first = asking();
  CHECK_THROWS_WITH_AS(first.on<swallow>(weir::durable("swallowing")),
                       doctest::Contains("stream QUESTIONS keeps 'questions.*'"), weir::error);
  weir::service second("questions");
  second.on<swallow>(weir::durable("swallowing"));
  CHECK_THROWS_WITH_AS(second.on<answer>(weir::endpoint("ask")),
                       doctest::Contains("the requests at questions.ask"), weir::error);
}

TEST_CASE("a request at a subject of a stream that is only published into is refused") {
  weir::service made("notes");
  made.on<note>(weir::endpoint("note"));
  CHECK_THROWS_WITH_AS(
      made.on<find>(weir::endpoint("find")),
      doctest::Contains(
          "stream NOTES keeps 'notes.*', and would answer the requests at notes.find"),
      weir::error);
}

TEST_CASE("a service describes its responders") {
  const std::string text = asking(weir::endpoint("ask").workers(3).deadline(2s)).describe();

  CHECK(text.find("questions.ask answered with ") == 0);
  CHECK(text.find("  endpoint     ask, at most 3 requests at a time\n") != std::string::npos);
  CHECK(text.find("  deadline     2 s") != std::string::npos);
}

TEST_SUITE_END();
