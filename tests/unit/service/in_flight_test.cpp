// SPDX-License-Identifier: Apache-2.0
// Limits that change while the service runs, and what waits behind them at its end.
#include <doctest/doctest.h>

#include "office.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.in_flight");

using namespace std::chrono_literals;
using weir::test::program;

namespace {

int now = 0;
int most = 0;
int read = 0;

weir::task<> read_slowly(note) {
  most = std::max(most, ++now);
  co_await weir::sleep(50ms);
  --now;
  ++read;
}

void forget() { now = most = read = 0; }

weir::task<> until_read(int count) {
  while (read < count) co_await weir::sleep(1ms);
}

weir::task<> change_limit() {
  forget();
  weir::nats::model_server server;
  const weir::in_flight_limit limit(2);
  auto reader =
      program::of<read_slowly>(server, weir::durable("readers").workers(16).in_flight(limit));
  co_await reader.start();
  for (int id = 0; id < 200; ++id) co_await reader.write(id);
  co_await until_read(20);
  CHECK(most == 2);
  const auto some = co_await reader.jetstream().consumer_info("NOTES", "readers");
  CHECK(some.ack_pending <= 2);

  limit.set(16);
  co_await until_read(100);
  CHECK(most == 16);

  limit.set(0);
  co_await weir::sleep(1s);
  const int before = read;
  co_await weir::sleep(1min);
  CHECK(read == before);
  CHECK(now == 0);

  limit.set(1);
  most = 0;
  co_await until_read(before + 20);
  CHECK(most == 1);
  co_await reader.drain();
}

/// What waits at the end has not begun, so it need not be waited for.
weir::task<> drain_behind(weir::durable policy) {
  forget();
  weir::nats::model_server server;
  auto reader = program::of<read_slowly>(server, std::move(policy));
  co_await reader.start();
  for (int id = 0; id < 50; ++id) co_await reader.write(id);
  co_await weir::sleep(1s);
  const auto before = weir::loop::current().now();
  co_await reader.drain();
  CHECK(weir::loop::current().now() - before < 5s);
  CHECK(read < 50);
}

weir::task<> drain_behind_limit() {
  const weir::in_flight_limit limit(0);
  return drain_behind(weir::durable("readers").in_flight(limit));
}
weir::task<> drain_behind_rate() { return drain_behind(weir::durable("readers").rate(1, 1h)); }
weir::task<> drain_behind_shared_rate() {
  return drain_behind(weir::durable("readers").rate(weir::shared_rate{"readers", 1, 1h}));
}

weir::task<> read_at_rate() {
  forget();
  weir::nats::model_server server;
  auto reader = program::of<read_slowly>(server, weir::durable("readers").workers(16).rate(10, 1s));
  co_await reader.start();
  for (int id = 0; id < 100; ++id) co_await reader.write(id);
  co_await until_read(10);
  // What a second has room for may be read at once; what follows is spread.
  for (int round = 1; round <= 5; ++round) {
    const auto before = weir::loop::current().now();
    co_await until_read(10 + 10 * round);
    const auto took = weir::loop::current().now() - before;
    CHECK(took > 900ms);
    CHECK(took < 1100ms);
  }
  co_await reader.drain();
}

weir::task<> read_at_shared_rate() {
  forget();
  weir::nats::model_server server;
  const auto policy = weir::durable("readers").rate(weir::shared_rate{"readers", 10, 1s});
  auto first = program::of<read_slowly>(server, policy);
  auto second = program::of<read_slowly>(server, policy);
  co_await first.start();
  co_await second.start();
  for (int id = 0; id < 200; ++id) co_await first.write(id);
  const auto before = weir::loop::current().now();
  co_await until_read(100);
  CHECK(weir::loop::current().now() - before > 8s);
  CHECK(first.statistics().processed.value() > 0);
  CHECK(second.statistics().processed.value() > 0);
  co_await first.drain();
  co_await second.drain();
}

}  // namespace

TEST_CASE("a limit of what is in hand counts from when it is set") {
  weir::simulate({}, change_limit);
}

TEST_CASE("a drain does not wait for what has not begun") {
  SUBCASE("behind a limit of none") { weir::simulate({}, drain_behind_limit); }
  SUBCASE("behind a rate") { weir::simulate({}, drain_behind_rate); }
  SUBCASE("behind a shared rate") { weir::simulate({}, drain_behind_shared_rate); }
}

TEST_CASE("a rate spreads what is begun, however many workers there are") {
  weir::simulate({}, read_at_rate);
}

TEST_CASE("two programs keep to a shared rate together") {
  weir::simulate({}, read_at_shared_rate);
}

TEST_SUITE_END();
