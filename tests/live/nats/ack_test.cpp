// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "fixture.hpp"
#include "orders.hpp"
#include "scripted_consumer.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> ack_sync(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1);
  nats::fetched got = co_await worker.fetch(1);
  REQUIRE(got.messages.size() == 1);
  co_await got.messages[0].ack_sync();
  CHECK(got.messages[0].is_finished());
  const nats::consumer_info info = co_await in.info();
  CHECK(info.ack_floor_stream_sequence == 1);
}

task<> nak_now(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1);
  nats::fetched first = co_await worker.fetch(1);
  REQUIRE(first.messages.size() == 1);
  first.messages[0].nak();
  nats::fetched second = co_await worker.fetch(1);
  REQUIRE(second.messages.size() == 1);
  CHECK(second.messages[0].info().delivered == 2);
  CHECK(second.messages[0].info().stream_sequence == 1);
  second.messages[0].ack();
}

task<> nak_late(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(2);
  nats::fetched first = co_await worker.fetch(2);
  REQUIRE(first.messages.size() == 2);
  first.messages[0].nak(1h);
  first.messages[1].nak(1ms);
  nats::fetched second = co_await worker.fetch(1);
  REQUIRE(second.messages.size() == 1);
  CHECK(second.messages[0].info().stream_sequence == 2);
  const nats::fetched none = co_await worker.fetch(1, 0s);
  CHECK(none.messages.empty());
  const nats::consumer_info info = co_await in.info();
  CHECK(info.ack_pending == 2);
}

task<> terminate(nats::connection& link, std::string reason) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1, 500ms);
  nats::fetched first = co_await worker.fetch(1);
  REQUIRE(first.messages.size() == 1);
  first.messages[0].term(reason);
  co_await link.flush();
  const nats::fetched none = co_await worker.fetch(1, 2s);  // longer than ack_wait
  CHECK(none.messages.empty());
  CHECK(none.end == nats::fetch_end::timeout);
  const nats::consumer_info info = co_await in.info();
  CHECK(info.ack_pending == 0);
  CHECK(info.ack_floor_stream_sequence == 1);
}

task<> tell_of_reason(nats::connection& link, scripted_server& server,
                      std::vector<std::string> expected) {
  scripted_consumer* consumer = nullptr;
  scripted_consumer script(server, [&](int, const std::string& reply) {
    for (int i = 0; i < 2; ++i) consumer->deliver(reply, "x");
  });
  consumer = &script;
  nats::consumer worker = co_await nats::consumer::open(nats::jetstream(link), "ORDERS", "worker");
  nats::fetched got = co_await worker.fetch(2);
  REQUIRE(got.messages.size() == 2);
  const bool told = got.messages[0].term("poison: no JSON");
  CHECK(told == (expected[0] != "+TERM"));
  CHECK_FALSE(got.messages[1].term());
  co_await link.flush();
  CHECK(script.acks == expected);
}

task<> ack_late(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1, 200ms);
  nats::fetched late = co_await worker.fetch(1);
  nats::fetched again = co_await worker.fetch(1, 10s);
  REQUIRE(late.messages.size() == 1);
  REQUIRE(again.messages.size() == 1);
  CHECK(again.messages[0].info().delivered == 2);
  co_await late.messages[0].ack_sync();  // of the delivery that has passed
  const nats::consumer_info info = co_await in.info();
  CHECK(info.ack_floor_stream_sequence == 1);
  CHECK(info.ack_pending == 0);
  co_await again.messages[0].ack_sync();  // nothing is left of it, and this is no failure
}

task<> ack_nothing(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1);
  nats::fetched got = co_await worker.fetch(1);
  REQUIRE(got.messages.size() == 1);
  co_await in.js.delete_consumer("ORDERS", "worker");
  const auto unknown = co_await error_of(got.messages[0].ack_sync(300ms));
  REQUIRE(unknown.has_value());
  CHECK(unknown->is(errc::unavailable));
  CHECK(unknown->disposition() == disposition::retry);
  CHECK(got.messages[0].is_finished());
}

task<> stay_in_progress(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1, 2s);
  nats::fetched held = co_await worker.fetch(1);
  REQUIRE(held.messages.size() == 1);
  for (int i = 0; i < 6; ++i) {  // three seconds, more than ack_wait
    held.messages[0].in_progress();
    const nats::fetched none = co_await worker.fetch(1, 500ms);
    CHECK(none.messages.empty());
  }
  held.messages[0].ack();
}

task<> drop(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1, 300ms);
  {
    const nats::fetched dropped = co_await worker.fetch(1);
  }
  nats::fetched again = co_await worker.fetch(1);
  REQUIRE(again.messages.size() == 1);
  CHECK(again.messages[0].info().delivered == 2);
  again.messages[0].ack();
}

}  // namespace

TEST_SUITE("nats.ack") {
  TEST_CASE("ack_sync returns when the server has recorded the acknowledgement") {
    on_every_server(ack_sync);
  }
  TEST_CASE("nak has the message delivered again at once, counted") { on_every_server(nak_now); }
  TEST_CASE("nak with a delay has the message delivered again after it, not before") {
    on_every_server(nak_late);
  }
  TEST_CASE("term ends a message for good") {
    on_every_server([](auto& link) { return terminate(link, ""); });
  }
  TEST_CASE("term with a reason ends a message for good, also on servers that know no reasons") {
    on_every_server([](auto& link) { return terminate(link, "poison"); });
  }
  TEST_CASE("in_progress keeps a message from being delivered again") {
    on_every_server(stay_in_progress);
  }
  TEST_CASE("a delivery that is dropped unfinished comes again after ack_wait") {
    on_every_server(drop);
  }
  TEST_CASE("a reason is sent to servers that know reasons, and else the caller is told") {
    with_scripted_server("2.10.4", [](auto& link, auto& server) {
      return tell_of_reason(link, server, {"+TERM poison: no JSON", "+TERM"});
    });
    with_scripted_server("2.10.3", [](auto& link, auto& server) {
      return tell_of_reason(link, server, {"+TERM", "+TERM"});
    });
  }
  TEST_CASE("an acknowledgement of a delivery that has passed counts for the message") {
    live_server server;
    with_connection(server.options(), ack_late);
  }
  TEST_CASE("ack_sync that nobody answers is not known to be recorded") {
    live_server server;
    with_connection(server.options(), ack_nothing);
  }
}
