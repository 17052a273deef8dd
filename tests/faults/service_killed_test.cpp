// SPDX-License-Identifier: Apache-2.0
// The service itself dies by SIGKILL, again and again, in the middle of its work.
#include <doctest/doctest.h>

#include "fault_case.hpp"
#include "orders.hpp"

namespace weir::test {
namespace {

constexpr std::uint64_t kills = 10;
constexpr std::uint64_t orders_a_life = 500;

/// One life: new orders come, and SIGKILL when a random part of them is handled. Gives how many
/// messages that life took and left unfinished.
task<std::uint64_t> live_and_die(fault_case& at, orders::order_clients with, std::uint64_t life) {
  const std::uint64_t first = life * orders_a_life;
  const std::uint64_t published = first + orders_a_life;
  co_await orders::publish_orders(with.jetstream, {.count = orders_a_life, .first = first});
  const auto before = co_await with.jetstream.stream_info(std::string(Orders::name));
  const std::uint64_t events_before = before.messages - published;
  at.service.start();
  co_await orders::wait_processed(with.jetstream, published,
                                  events_before + at.random_between(1, orders_a_life / 2));
  co_await blocking([&] { at.service.kill_hard(); });
  const auto left =
      co_await with.jetstream.consumer_info(std::string(Orders::name), "order-processor");
  co_return left.ack_pending + left.pending;
}

task<> kill_again_and_again(fault_case& at, orders::order_clients with) {
  std::uint64_t left_unfinished = 0;
  for (std::uint64_t life = 0; life < kills; ++life) {
    left_unfinished += co_await live_and_die(at, with, life);
  }
  CHECK(left_unfinished > 0);  // otherwise nothing was interrupted, and nothing is shown below
  constexpr std::uint64_t order_count = (kills + 1) * orders_a_life;
  const auto last = co_await orders::publish_orders(
      with.jetstream, {.count = orders_a_life, .first = kills * orders_a_life});
  at.service.start();
  co_await orders::wait_drained(with.jetstream, {.last_sequence = last});
  co_await at.until_sent(with);
  const std::string ending = co_await blocking([&] { return at.service.terminate(); });
  CHECK(ending == "exit code 0");
  CHECK(orders::summary_of(at.service).redelivered > 0);
  co_await at.check_handled_once(with, order_count);
}

}  // namespace

TEST_SUITE("faults.service_killed") {
  TEST_CASE("every order is handled once when the service is killed ten times") {
    fault_case at;
    play(at, kill_again_and_again);
  }
}

}  // namespace weir::test
