// SPDX-License-Identifier: Apache-2.0
// Handlers that run in one program at a time.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

#include "office.hpp"
#include "weir/nats/key_value.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.leader");

using namespace std::chrono_literals;
using weir::test::program;

namespace {

constexpr int notes_of_a_round = 50;

std::vector<std::int64_t> by_first;
std::vector<std::int64_t> by_second;

weir::task<> read_first(note read) {
  by_first.push_back(read.id);
  co_await weir::sleep(20ms);
}

weir::task<> read_second(note read) {
  by_second.push_back(read.id);
  co_await weir::sleep(20ms);
}

weir::durable alone() { return weir::durable("readers").workers(4).leader_only().ack_wait(5s); }

weir::task<> write_round(program& by, int round) {
  for (int at = 0; at < notes_of_a_round; ++at) co_await by.write(round * notes_of_a_round + at);
}

weir::task<> until_read(std::size_t count) {
  while (by_first.size() + by_second.size() < count) co_await weir::sleep(10ms);
}

weir::task<> hand_over() {
  by_first.clear();
  by_second.clear();
  weir::nats::model_server server;
  auto first = program::of<read_first>(server, alone());
  auto second = program::of<read_second>(server, alone());
  co_await first.start();
  co_await write_round(first, 0);
  co_await until_read(notes_of_a_round);
  co_await second.start();
  co_await write_round(first, 1);
  co_await until_read(2 * notes_of_a_round);
  CHECK(by_second.empty());

  co_await write_round(second, 2);
  const auto before = weir::loop::current().now();
  co_await first.drain();
  co_await until_read(3 * notes_of_a_round);
  // At once, not when a lease or the server's patience has run out.
  CHECK(weir::loop::current().now() - before < 5s);
  CHECK_FALSE(by_second.empty());
  CHECK(by_first.size() + by_second.size() == 3 * notes_of_a_round);
  co_await second.drain();
}

weir::task<> cut_off() {
  by_first.clear();
  by_second.clear();
  weir::nats::model_server server;
  auto first = program::of<read_first>(server, alone());
  co_await first.start();
  co_await write_round(first, 0);
  co_await until_read(notes_of_a_round / 2);
  server.refuse_connections();
  server.disconnect_all();
  co_await weir::sleep(1min);
  server.refuse_connections(false);
  // It leads again, and goes on.
  co_await until_read(notes_of_a_round);
  co_await write_round(first, 1);
  while (std::ranges::max(by_first) < 2 * notes_of_a_round - 1) co_await weir::sleep(10ms);
  co_await first.drain();
  // What was in hand when it was cut off may have come again.
  CHECK(std::set(by_first.begin(), by_first.end()).size() == 2 * notes_of_a_round);
}

std::vector<std::int64_t> in_order;
int failures_left = 0;

weir::task<> read_in_order(note read) {
  if (read.id == 1 && failures_left-- > 0) throw std::runtime_error("not yet");
  in_order.push_back(read.id);
  co_return;
}

/// Somebody else takes the lead while a message waits for its next attempt, with another behind it.
weir::task<> lose_lead_in_waiting() {
  in_order.clear();
  failures_left = 1;
  weir::nats::model_server server;
  const auto policy = alone().ordered_by<&note::text>().retry(10, weir::fixed(10min));
  auto first = program::of<read_in_order>(server, policy);
  co_await first.start();
  co_await first.write(1, "same");
  co_await first.write(2, "same");
  while (failures_left > 0) co_await weir::sleep(10ms);
  const auto leaders = co_await weir::nats::key_value::open(first.jetstream(), "weir_leaders");
  co_await leaders.put("NOTES=2Freaders", "somebody else");
  co_await weir::sleep(30s);
  // It has given both back, and leads again since the other one is gone: its wait is forgotten.
  CHECK(in_order == std::vector<std::int64_t>{1, 2});
  CHECK(first.statistics().given_back.value() == 2);
  co_await first.drain();
}

weir::task<> drain_in_waiting() {
  by_first.clear();
  weir::nats::model_server server;
  auto first = program::of<read_first>(server, alone());
  auto second = program::of<read_second>(server, alone());
  co_await first.start();
  co_await write_round(first, 0);
  co_await until_read(1);
  co_await second.start();
  co_await second.drain();
  co_await until_read(notes_of_a_round);
  co_await first.drain();
  CHECK(by_first.size() == notes_of_a_round);
}

}  // namespace

TEST_CASE("one program handles; when it drains another one goes on at once") {
  weir::simulate({}, hand_over);
}

TEST_CASE("a leader that is cut off goes on when it leads again") { weir::simulate({}, cut_off); }

TEST_CASE("what waits is given back when another program leads") {
  weir::simulate({}, lose_lead_in_waiting);
}

TEST_CASE("a program that does not lead can be drained") { weir::simulate({}, drain_in_waiting); }

TEST_SUITE_END();
