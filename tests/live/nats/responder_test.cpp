// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/responder.hpp"

#include "backends.hpp"
#include "fixture.hpp"
#include "weir/nats/request.hpp"
#include "weir/when_all.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const nats::subject asked("work.do");
const nats::subject_pattern work("work.*");

task<nats::reply> do_as_told(nats::message told) {
  const std::string_view what = told.payload();
  if (what == "missing") throw error(errc::not_found, disposition::permanent, "no such thing");
  if (what == "throw") throw std::runtime_error("boiled\r\nover");
  if (what == "refuse") co_return nats::reply{.failure = nats::service_error{418, "a teapot"}};
  if (what == "large") co_return nats::reply{.payload = std::string(2U << 20, 'x')};
  co_return nats::reply{.payload = std::string(what) + "!", .headers = {{"Color", "red"}}};
}

task<std::optional<nats::service_error>> failure_of(nats::connection& link, std::string what) {
  const nats::message answer = co_await nats::request(link, asked, what);
  co_return nats::service_error_of(answer);
}

task<> answer_and_fail(nats::connection& link) {
  nats::responder answering(link, work, do_as_told);
  const nats::message answer = co_await nats::request(link, asked, "this");
  CHECK(answer.payload() == "this!");
  CHECK(answer.header("Color") == "red");
  CHECK_FALSE(nats::service_error_of(answer).has_value());
  CHECK((co_await failure_of(link, "missing")) == nats::service_error{404, "no such thing"});
  CHECK((co_await failure_of(link, "throw")) == nats::service_error{500, "boiled  over"});
  CHECK((co_await failure_of(link, "refuse")) == nats::service_error{418, "a teapot"});
  const auto large = co_await failure_of(link, "large");
  REQUIRE(large.has_value());
  CHECK(large->code == 413);
  co_await link.publish(asked, "nobody waits for this");
  co_await answering.drain();
  CHECK(answering.statistics().requests == 6);
  CHECK(answering.statistics().errors == 4);
  CHECK(contains(answering.statistics().last_error, "max_payload"));
  const auto gone = co_await error_of(nats::request(link, asked, "this"));
  REQUIRE(gone.has_value());
  CHECK(contains(gone->message(), "no responders"));
}

/// Handlers that stand still until they are let go, and how many do.
struct gate {
  manual_reset_event open;
  manual_reset_event arrived;
  std::size_t inside = 0;
  std::size_t most = 0;

  nats::request_handler handler() {
    return [this](nats::message) { return pass(); };
  }
  task<nats::reply> pass() {
    most = std::max(most, ++inside);
    arrived.set();
    const auto came = co_await open.wait().as_result();
    --inside;
    came.value();
    co_return nats::reply{.payload = "passed"};
  }
};

task<> ask(nats::connection& link, int& passed, int& refused) {
  const nats::message answer = co_await nats::request(link, asked, "", {.timeout = 30s});
  const auto failure = nats::service_error_of(answer);
  if (answer.payload() == "passed") ++passed;
  if (failure && failure->code == 503) ++refused;
}

task<> bound_and_drain(nats::connection& link) {
  gate held;
  nats::responder answering(link, work, held.handler(), {.concurrency = 3});
  int passed = 0;
  int refused = 0;
  scope asking;
  for (int i = 0; i < 10; ++i) asking.spawn(ask(link, passed, refused));
  while (held.inside < 3) {
    held.arrived.reset();
    co_await held.arrived.wait();
  }
  co_await link.flush();
  CHECK(held.inside == 3);
  // What it has got before the drain is answered, what comes after is not its own.
  scope draining;
  draining.spawn(answering.drain());
  for (int i = 0; i < 3; ++i) co_await link.flush();
  const auto gone = co_await error_of(nats::request(link, asked, ""));
  REQUIRE(gone.has_value());
  CHECK(contains(gone->message(), "no responders"));
  held.open.set();
  co_await draining.join();
  co_await asking.join();
  CHECK(passed == 10);
  CHECK(held.most == 3);
}

task<> close_on_handlers(nats::connection& link) {
  gate held;
  nats::responder answering(link, work, held.handler());
  int passed = 0;
  int refused = 0;
  scope asking;
  for (int i = 0; i < 4; ++i) asking.spawn(ask(link, passed, refused));
  while (held.inside < 4) {
    held.arrived.reset();
    co_await held.arrived.wait();
  }
  co_await answering.close();
  CHECK(held.inside == 0);
  co_await asking.join();
  CHECK(refused == 4);
}

task<> share_the_work(nats::connection& link) {
  nats::responder one(link, work, do_as_told, {.queue_group = "workers"});
  nats::responder other(link, work, do_as_told, {.queue_group = "workers"});
  for (int i = 0; i < 100; ++i) co_await nats::request(link, asked, "x");
  CHECK(one.statistics().requests + other.statistics().requests == 100);
  CHECK(one.statistics().requests > 0);
  CHECK(other.statistics().requests > 0);
  one.reset_statistics();
  CHECK(one.statistics().requests == 0);
  co_await one.drain();
  co_await other.close();
}

task<> drop_what_is_too_much(nats::connection& link) {
  gate held;
  nats::responder answering(link, work, held.handler(),
                            {.concurrency = 1, .max_waiting_messages = 2});
  co_await link.publish(asked, "runs");
  co_await held.arrived.wait();
  for (int i = 0; i < 5; ++i) co_await link.publish(asked, "waits or is dropped");
  co_await link.flush();
  CHECK(answering.statistics().dropped == 3);
  held.open.set();
  co_await answering.drain();
  CHECK(answering.statistics().requests == 3);
}

task<> end_several_times_at_once(nats::connection& link) {
  gate held;
  nats::responder answering(link, work, held.handler());
  int passed = 0;
  int refused = 0;
  scope asking;
  asking.spawn(ask(link, passed, refused));
  co_await held.arrived.wait();
  scope ending;
  for (int task = 0; task < 2; ++task) ending.spawn(answering.drain());
  co_await link.flush();
  for (int task = 0; task < 2; ++task) ending.spawn(answering.close());
  co_await ending.join();
  CHECK(held.inside == 0);
  co_await asking.join();
  CHECK(refused == 1);
}

}  // namespace

TEST_SUITE("nats.responder") {
  TEST_CASE("a handler's answer, its refusal and its exception reach whoever asked") {
    on_every_server(answer_and_fail);
  }
  TEST_CASE("no more handlers run than allowed, and a drain answers all that was taken") {
    on_every_server(bound_and_drain);
  }
  TEST_CASE("several tasks may drain and close a responder at once") {
    on_every_server(end_several_times_at_once);
  }
  TEST_CASE("a close cancels the handlers, and those who wait for them are told") {
    on_every_server(close_on_handlers);
  }
  TEST_CASE("responders of one queue group share the work, and count it") {
    on_every_server(share_the_work);
  }
  TEST_CASE("messages beyond the bound are dropped and counted") {
    on_every_server(drop_what_is_too_much);
  }
}
