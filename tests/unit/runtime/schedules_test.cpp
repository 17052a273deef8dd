// SPDX-License-Identifier: Apache-2.0
// Programs that must hold in every order of their tasks, and under cancellation at any moment.
#include "schedules.hpp"

#include <map>
#include <vector>

#include "weir/barrier.hpp"
#include "weir/blocking.hpp"
#include "weir/channel.hpp"
#include "weir/latch.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/mutex.hpp"
#include "weir/rate_limiter.hpp"
#include "weir/read_write_lock.hpp"
#include "weir/semaphore.hpp"
#include "weir/when_all.hpp"
#include "weir/when_any.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.schedules");

namespace {

constexpr int workers = 4;
constexpr int values_each = 6;

// Channel: what is sent comes once, and each sender's values in their order.

task<> send_values(channel<int>& target, int sender) {
  for (int value = 0; value < values_each;) {
    co_await dawdle();
    const auto sent =
        co_await with_timeout(short_limit(), target.send(sender * 100 + value)).as_result();
    if (sent.has_value()) ++value;
  }
}

task<> receive_values(channel<int>& source, std::vector<int>& received) {
  for (;;) {
    co_await dawdle();
    expect(source.size() <= source.capacity(), "the channel holds more than its capacity");
    const auto value = co_await with_timeout(short_limit(), source.receive()).as_result();
    if (!value.has_value()) continue;
    if (!value->has_value()) co_return;
    received.push_back(**value);
  }
}

task<> pass_values() {
  channel<int> numbers(choose_below(3));
  std::vector<int> received;
  co_await with_scope([&](scope& receivers) -> task<> {
    receivers.spawn(receive_values(numbers, received));
    co_await with_scope([&](scope& senders) -> task<> {
      for (int sender = 0; sender < workers; ++sender) senders.spawn(send_values(numbers, sender));
      co_await senders.join();
    });
    numbers.close();
    co_await receivers.join();
  });
  std::map<int, int> next;
  for (const int value : received) {
    expect(next[value / 100]++ == value % 100, "a value was lost, doubled or overtaken");
  }
  expect(received.size() == workers * values_each, "a value was lost");
}

// Locks: never more holders than permits, and none kept by who was cancelled.

struct holders {
  int readers = 0;
  int writers = 0;
};

task<> hold_permit(semaphore& permits, int& held, int most) {
  for (int round = 0; round < values_each; ++round) {
    co_await dawdle();
    const std::size_t wanted = 1 + choose_below(2);
    const auto taken = co_await with_timeout(short_limit(), permits.acquire(wanted)).as_result();
    if (!taken.has_value()) continue;
    held += static_cast<int>(wanted);
    expect(held <= most, "more permits are held than there are");
    co_await dawdle();
    held -= static_cast<int>(wanted);
    permits.release(wanted);
  }
}

task<> share_permits() {
  constexpr int permits = 3;
  semaphore shared(permits);
  int held = 0;
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) {
      children.spawn(hold_permit(shared, held, permits));
    }
    co_await children.join();
  });
  expect(shared.available() == permits, "a permit was lost");
}

task<> hold_mutex(mutex& lock, int& inside) {
  for (int round = 0; round < values_each; ++round) {
    const auto held = co_await with_timeout(short_limit(), lock.lock()).as_result();
    if (!held.has_value()) continue;
    expect(++inside == 1, "two tasks hold the mutex");
    co_await dawdle();
    --inside;
  }
}

task<> exclude_each_other() {
  mutex lock;
  int inside = 0;
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) children.spawn(hold_mutex(lock, inside));
    co_await children.join();
  });
  expect(!lock.is_locked(), "the mutex was not given back");
}

task<> read_or_write(read_write_lock& lock, holders& now) {
  for (int round = 0; round < values_each; ++round) {
    const bool writes = choose_below(2) == 0;
    auto wait = writes ? lock.write() : lock.read();
    const auto held = co_await with_timeout(short_limit(), std::move(wait)).as_result();
    if (!held.has_value()) continue;
    (writes ? now.writers : now.readers) += 1;
    expect(now.writers == 0 || (now.writers == 1 && now.readers == 0),
           "somebody holds the lock beside a writer");
    co_await dawdle();
    (writes ? now.writers : now.readers) -= 1;
  }
}

task<> read_and_write() {
  read_write_lock lock;
  holders now;
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) children.spawn(read_or_write(lock, now));
    co_await children.join();
  });
  const auto free = co_await with_timeout(1ms, lock.write()).as_result();
  expect(free.has_value(), "the lock was not given back");
}

// Meeting points.

task<> pass_barrier(barrier& gate, std::vector<int>& rounds, std::size_t self) {
  for (int round = 1; round <= values_each; ++round) {
    for (;;) {
      co_await dawdle();
      const auto passed = co_await with_timeout(short_limit(), gate.arrive_and_wait()).as_result();
      if (passed.has_value()) break;
    }
    rounds[self] = round;
    for (const int other : rounds) {
      expect(other == round || other == round - 1, "a task passed the barrier without the others");
    }
  }
}

task<> meet_again_and_again() {
  barrier gate(workers);
  std::vector<int> rounds(workers);
  co_await with_scope([&](scope& children) -> task<> {
    for (std::size_t self = 0; self < workers; ++self) {
      children.spawn(pass_barrier(gate, rounds, self));
    }
    co_await children.join();
  });
}

task<> count_down_late(latch& left, int& done) {
  co_await dawdle();
  ++done;
  left.count_down();
}

task<> wait_for_latch(latch& left, const int& done) {
  const auto early = co_await with_timeout(short_limit(), left.wait()).as_result();
  if (!early.has_value()) co_await left.wait();
  expect(done == workers, "the latch opened early");
}

task<> wait_for_all() {
  latch left(workers);
  int done = 0;
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) {
      children.spawn(wait_for_latch(left, done));
      children.spawn(count_down_late(left, done));
    }
    co_await children.join();
  });
}

// Scopes: whatever happens, no child is left when one is over.

task<> live_for_a_while(int& alive, bool may_fail) {
  struct life {
    explicit life(int& counter) : count(counter) { ++count; }
    ~life() { --count; }
    int& count;
  };
  const life one(alive);
  for (int round = 0; round < 3; ++round) {
    co_await dawdle();
    co_await as_task(yield());
    if (may_fail && choose_below(8) == 0) {
      throw error(errc::conflict, disposition::permanent, "a child failed");
    }
  }
}

task<> grow_tree(int depth, int& alive, bool may_fail) {
  co_await with_scope([&](scope& children) -> task<> {
    for (int child = 0; child < 3; ++child) {
      if (depth > 0) children.spawn(grow_tree(depth - 1, alive, may_fail));
      children.spawn(live_for_a_while(alive, may_fail));
    }
    co_await dawdle();
    if (choose_below(2) == 0) co_await children.join();
  });
}

task<> cut_trees() {
  int alive = 0;
  for (int round = 0; round < 3; ++round) {
    const auto ended =
        co_await with_timeout(short_limit() * 2, grow_tree(2, alive, round > 0)).as_result();
    expect(alive == 0, "a child outlived its scope");
    if (ended.has_value() || ended.error().is(errc::deadline_exceeded)) continue;
    expect(ended.error().is(errc::conflict), ended.error().message());
  }
}

task<> race_and_gather() {
  int alive = 0;
  for (int round = 0; round < values_each; ++round) {
    const auto raced =
        co_await when_any(live_for_a_while(alive, true), live_for_a_while(alive, true)).as_result();
    expect(alive == 0, "a racer is left");
    const auto gathered =
        co_await when_all(live_for_a_while(alive, true), live_for_a_while(alive, true)).as_result();
    expect(alive == 0, "one of all is left");
    expect(raced.has_value() || raced.error().is(errc::conflict), "another error than thrown");
    expect(gathered.has_value() || gathered.error().is(errc::conflict),
           "another error than thrown");
  }
}

// The rest.

task<> call_in_time(int& made, int& given) {
  for (int round = 0; round < values_each; ++round) {
    co_await dawdle();
    const auto value =
        co_await with_timeout(short_limit(), blocking([&made] { return ++made; })).as_result();
    if (value.has_value()) ++given;
  }
}

task<> call_and_cancel() {
  int made = 0;
  int given = 0;
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) children.spawn(call_in_time(made, given));
    co_await children.join();
  });
  expect(given <= made, "a call that was not made gave a value");
}

task<> take_tokens(rate_limiter& calls, int& taken) {
  for (int round = 0; round < values_each; ++round) {
    const auto token = co_await with_timeout(short_limit(), calls.acquire()).as_result();
    if (token.has_value()) ++taken;
  }
}

task<> keep_to_a_rate() {
  constexpr int burst = 2;
  rate_limiter calls(1000, 1s, burst);
  const time_point began = loop::current().now();
  int taken = 0;
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) children.spawn(take_tokens(calls, taken));
    co_await children.join();
  });
  expect(taken <= burst + (loop::current().now() - began) / 1ms, "it went faster than the rate");
}

}  // namespace

TEST_CASE("a channel loses, doubles and reorders nothing, whoever gives up waiting") {
  in_many_orders(pass_values);
}

TEST_CASE("permits are conserved, whoever gives up waiting") { in_many_orders(share_permits); }

TEST_CASE("a mutex has one holder, whoever gives up waiting") {
  in_many_orders(exclude_each_other);
}

TEST_CASE("a writer is alone, whoever gives up waiting") { in_many_orders(read_and_write); }

TEST_CASE("a barrier lets all pass together, whoever leaves and comes again") {
  in_many_orders(meet_again_and_again);
}

TEST_CASE("a latch opens after the last count, not before") { in_many_orders(wait_for_all); }

TEST_CASE("no child outlives its scope, cut at any moment or failing") {
  in_many_orders(cut_trees);
}

TEST_CASE("when_any and when_all leave nobody behind") { in_many_orders(race_and_gather); }

TEST_CASE("a cancelled blocking call gives no value, and disturbs no other") {
  in_many_orders(call_and_cancel);
}

TEST_CASE("a rate is kept to, whoever gives up waiting") { in_many_orders(keep_to_a_rate); }

TEST_SUITE_END();
