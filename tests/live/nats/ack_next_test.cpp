// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "orders.hpp"
#include "scripted_consumer.hpp"
#include "weir/blocking.hpp"
#include "weir/sleep.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> go_through(nats::connection& link) {
  constexpr int count = 20;
  orders in(link);
  nats::consumer worker = co_await in.worker(count);
  auto one = co_await worker.next();
  for (int i = 0; i < count; ++i) {
    REQUIRE(one.has_value());
    CHECK(one->payload() == std::to_string(i));
    CHECK(one->info().delivered == 1);
    const duration limit = i + 1 < count ? duration(5s) : duration::zero();
    one = co_await worker.ack_and_next(std::move(*one), limit);
  }
  CHECK_FALSE(one.has_value());
  const nats::consumer_info info = co_await in.info_when_acknowledged(count);
  CHECK(info.ack_pending == 0);
  CHECK(info.waiting_pulls == 0);
}

task<> wait_for_the_next(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1);
  auto one = co_await worker.next();
  REQUIRE(one.has_value());
  scope later;
  const auto publish = [&in]() -> task<> {
    co_await in.info_when_acknowledged(1);  // It is acknowledged before there is another.
    co_await in.publish(1, 2);
  };
  later.spawn(publish());
  auto next = co_await worker.ack_and_next(std::move(*one), 30s);
  REQUIRE(next.has_value());
  CHECK(next->payload() == "1");
  CHECK_FALSE((co_await worker.ack_and_next(std::move(*next), 50ms)).has_value());
  co_await in.info_when_acknowledged(2);
  co_await later.join();
}

task<> give_up(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1);
  auto one = co_await worker.next();
  REQUIRE(one.has_value());
  const auto late = co_await error_of(with_timeout(20ms, worker.ack_and_next(std::move(*one), 1h)));
  REQUIRE(late.has_value());
  CHECK(late->is(errc::deadline_exceeded));
  co_await in.info_when_acknowledged(1);
  // What comes for the pull that was given up is the first of the next one.
  co_await in.publish(1, 2);
  auto next = co_await worker.next(5s);
  REQUIRE(next.has_value());
  CHECK(next->payload() == "1");
  CHECK(next->info().delivered == 1);
  next->ack();
}

task<> survive_outage(nats::connection& link, live_server& server) {
  orders in(link);
  nats::consumer worker = co_await in.worker(2);
  auto one = co_await worker.next();
  REQUIRE(one.has_value());
  co_await blocking([&server] { server->kill_hard(); });
  scope starting;
  const auto start = [&server]() -> task<> { co_await blocking([&server] { server->start(); }); };
  starting.spawn(start());
  // It may find the connection there still, or lost: it is acknowledged on the next one, or comes
  // again; the second message comes in any case.
  auto next = co_await worker.ack_and_next(std::move(*one), 30s);
  while (next && next->payload() == "0") next = co_await worker.ack_and_next(std::move(*next), 30s);
  REQUIRE(next.has_value());
  CHECK(next->payload() == "1");
  co_await next->ack_sync();
  co_await starting.join();
}

task<> send_while_disconnected(nats::connection& link, nats::model_server& server) {
  orders in(link);
  nats::consumer worker = co_await in.worker(2);
  auto one = co_await worker.next();
  REQUIRE(one.has_value());
  server.refuse_connections();
  server.disconnect_all();
  while (link.is_connected()) co_await sleep(1ms);
  server.refuse_connections(false);
  auto next = co_await worker.ack_and_next(std::move(*one), 1min);
  REQUIRE(next.has_value());
  CHECK(next->payload() == "1");
  CHECK(next->info().delivered == 1);
  next->ack();
  const nats::consumer_info info = co_await in.info_when_acknowledged(2);
  CHECK(info.redelivered == 0);
}

task<> show_request(nats::connection& link, scripted_server& server) {
  scripted_consumer* consumer = nullptr;
  scripted_consumer script(server,
                           [&](int, const std::string& reply) { consumer->deliver(reply, "x"); });
  consumer = &script;
  nats::consumer worker = co_await nats::consumer::open(nats::jetstream(link), "ORDERS", "worker");
  auto one = co_await worker.next();
  REQUIRE(one.has_value());
  const auto late =
      co_await error_of(with_timeout(50ms, worker.ack_and_next(std::move(*one), 20s)));
  CHECK(late.has_value());
  co_await link.flush();
  REQUIRE(script.acks.size() == 1);  // and no acknowledgement besides
  CHECK(script.acks[0].starts_with(R"(+NXT {"batch":1,"expires":)"));
  CHECK(contains(script.acks[0], R"("idle_heartbeat":)"));
  CHECK(script.pulls.size() == 1);
}

}  // namespace

TEST_SUITE("nats.ack_next") {
  TEST_CASE("ack_and_next goes through a stream, message by message, and acknowledges each") {
    on_every_server(go_through);
  }
  TEST_CASE("ack_and_next acknowledges at once and waits its time for another message") {
    on_every_server(wait_for_the_next);
  }
  TEST_CASE("ack_and_next that is cancelled has acknowledged, and loses no message") {
    on_every_server(give_up);
  }
  TEST_CASE("ack_and_next goes on over a server that is killed and started again") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return survive_outage(link, server); });
  }
  TEST_CASE("ack_and_next without a connection is acknowledged on the next one") {
    simulate({}, []() -> task<> {
      nats::model_server server;
      nats::connection link(server);
      co_await weir::test::detail::run_body(link, send_while_disconnected(link, server));
    });
  }
  TEST_CASE("ack_and_next sends one message, with the whole of a pull request") {
    with_scripted_server("2.12.0", show_request);
  }
}
