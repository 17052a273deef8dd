// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "orders.hpp"
#include "weir/nats/request.hpp"
#include "weir/nats/responder.hpp"
#include "weir/nats/subscription.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const nats::subject_pattern work("work.>");
const nats::subject piece("work.piece");
const nats::subject question("question");

task<> publish(nats::connection& link, int from, int to) {
  for (int i = from; i < to; ++i) co_await link.publish(piece, std::to_string(i));
}

task<> give_what_came_and_end(nats::connection& link) {
  nats::subscription first(link, work);
  nats::subscription second(link, work);
  co_await publish(link, 0, 3);
  co_await link.drain();
  co_await publish(link, 3, 4);
  co_await link.flush();
  for (nats::subscription* const one : {&first, &second}) {
    for (int i = 0; i < 3; ++i) {
      const auto came = co_await one->next();
      REQUIRE(came.has_value());
      CHECK(came->payload() == std::to_string(i));
    }
    CHECK_FALSE((co_await one->next()).has_value());
  }
}

task<nats::reply> pass(nats::message) { co_return nats::reply{.payload = "passed"}; }

task<> ask(nats::connection& link, int& passed) {
  const nats::message answer = co_await nats::request(link, question, "");
  if (answer.payload() == "passed") ++passed;
}

task<> answer_what_came(nats::connection& link) {
  constexpr int questions = 5;
  nats::responder answering(link, nats::subject_pattern("question"), pass);
  co_await link.wait_connected();
  co_await link.flush();
  int passed = 0;
  scope asking;
  for (int i = 0; i < questions; ++i) asking.spawn(ask(link, passed));
  // The answers come over this connection, so that all questions are with the responder by then.
  co_await asking.join();
  co_await link.drain();
  const auto gone = co_await error_of(nats::request(link, question, ""));
  REQUIRE(gone.has_value());
  CHECK(contains(gone->message(), "no responders"));
  co_await answering.drain();
  CHECK(passed == questions);
}

task<> give_back_what_waits(nats::connection& link) {
  orders in(link);
  co_await in.make(4);
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", {.slots = 4});
  auto first = co_await source.next();
  REQUIRE(first.has_value());
  co_await link.drain();
  CHECK_FALSE((co_await source.next()).has_value());
  while (source.unfinished() > 1) co_await yield();  // What waited goes back in the background.
  CHECK(source.unfinished() == 1);
  co_await first->ack_sync();
  co_await source.close();
  nats::consumer other = co_await nats::consumer::open(in.js, "ORDERS", "worker");
  nats::fetched back = co_await other.fetch(3);
  CHECK(back.messages.size() == 3);
  for (auto& one : back.messages) one.ack();
}

task<> drain_without_a_connection(nats::connection& link, live_server& server) {
  nats::subscription orders(link, work);
  co_await publish(link, 0, 1);
  co_await link.flush();
  server->kill_hard();
  while (link.is_connected()) co_await error_of(link.flush());
  co_await link.drain();
  CHECK((co_await orders.next())->payload() == "0");
  CHECK_FALSE((co_await orders.next()).has_value());
}

/// The server stands still, so the first drain waits; the second one's time passes meanwhile.
task<> drain_twice(nats::connection& link, live_server& server) {
  co_await link.wait_connected();
  server->pause();
  scope beside;
  beside.spawn(link.drain());
  co_await yield();  // It has begun.
  const auto failure = co_await error_of(link.drain(std::chrono::milliseconds(1)));
  server->resume();
  co_await beside.join();
  REQUIRE(failure.has_value());
  CHECK(failure->is(errc::deadline_exceeded));
}

}  // namespace

TEST_SUITE("nats.drain") {
  TEST_CASE("the subscriptions of a drained connection get what was sent, and then the end") {
    on_every_server(give_what_came_and_end);
  }
  TEST_CASE("the responders of a drained connection take no more questions") {
    on_every_server(answer_what_came);
  }
  TEST_CASE("the sources of a drained connection give back what waits; what runs is acknowledged") {
    on_every_server(give_back_what_waits);
  }
  TEST_CASE("a connection that is down is drained at once") {
    live_server server;
    with_connection(server.options(),
                    [&](auto& link) { return drain_without_a_connection(link, server); });
  }
  TEST_CASE("a drain that waits for another one keeps its own limit") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return drain_twice(link, server); });
  }
}
