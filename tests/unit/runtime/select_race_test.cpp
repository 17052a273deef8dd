// SPDX-License-Identifier: Apache-2.0
// What select() promises when several of its operations become ready in one turn.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <vector>

#include "run.hpp"
#include "seed.hpp"
#include "weir/barrier.hpp"
#include "weir/channel.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/poll.hpp"
#include "weir/scope.hpp"
#include "weir/select.hpp"
#include "weir/semaphore.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/unix_socket.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.select");

namespace {

task<> select_two(channel<int>& left, channel<int>& right, std::vector<int>& received) {
  const auto first = co_await select(left.receive(), right.receive());
  received.push_back(std::visit([](const auto& value) { return value.value(); }, first));
}

task<> send_surely(channel<int>& target, int first, int count, duration patience) {
  for (int value = first; value < first + count; ++value) {
    while ((co_await select(sleep(patience), target.send(value))).index() == 0) continue;
  }
}

/// Receives from both until both are closed, and each wait may also time out or be cancelled.
task<> select_impatiently(channel<int>& left, channel<int>& right, std::vector<int>& counts,
                          duration patience) {
  for (;;) {
    const auto first = co_await with_timeout(
                           2 * patience, select(left.receive(), right.receive(), sleep(patience)))
                           .as_result();
    if (!first.has_value() || first->index() == 2) continue;
    const std::optional<int> value =
        first->index() == 0 ? std::get<0>(*first) : std::get<1>(*first);
    if (value) {
      ++counts[static_cast<std::size_t>(*value)];
    } else if (left.is_closed() && right.is_closed() && left.size() + right.size() == 0) {
      co_return;
    }
  }
}

task<> acquire_one_of(semaphore& from, int& won, std::size_t& index) {
  const auto first =
      co_await select(from.acquire(5), from.acquire(1), from.acquire(1), from.acquire(1))
          .as_result();
  if (!first.has_value()) co_return;
  ++won;
  index = first->index();
}

}  // namespace

TEST_CASE("of two values sent in one turn one is received, the other stays") {
  run_virtually([]() -> task<> {
    channel<int> left(1);
    channel<int> right(1);
    std::vector<int> received;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(select_two(left, right, received));
      co_await yield();
      CHECK(right.try_send(2));
      CHECK(left.try_send(1));
      CHECK(right.try_send(3));
      co_await children.join();
    });
    CHECK(received == std::vector{2});
    CHECK(left.try_receive() == 1);
    CHECK(right.try_receive() == 3);
  });
}

TEST_CASE("a value that came before the stop is kept") {
  run_virtually([]() -> task<> {
    channel<int> left(0);
    channel<int> right(0);
    std::vector<int> received;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(select_two(left, right, received));
      co_await yield();
      CHECK(left.try_send(1));
      children.request_stop();
      CHECK_FALSE(right.try_send(2));
    });
    CHECK(received == std::vector{1});
  });
}

TEST_CASE("both sides of a channel in one select: it does not deal with itself") {
  run_virtually([]() -> task<> {
    channel<int> values(0);
    CHECK((co_await select(values.send(1), values.receive(), sleep(1s))).index() == 2);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](channel<int>& target) -> task<> {
        co_await yield();
        co_await target.send(2);
      }(values));
      const auto first = co_await select(values.send(1), values.receive());
      REQUIRE(first.index() == 1);
      CHECK(std::get<1>(first) == 2);
      co_await children.join();
    });
    CHECK(values.try_receive() == std::nullopt);
  });
}

TEST_CASE("several requests to one semaphore: a release gives permits to one of them") {
  run_virtually([]() -> task<> {
    semaphore permits(0);
    int won = 0;
    std::size_t index = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(acquire_one_of(permits, won, index));
      co_await yield();
      permits.release(9);
      co_await children.join();
    });
    CHECK(won == 1);
    CHECK(permits.available() + (index == 0 ? 5U : 1U) == 9);
  });
}

TEST_CASE("several requests to one semaphore: the stop of one gives no permit to another") {
  run_virtually([]() -> task<> {
    semaphore permits(0);
    manual_reset_event flag;
    int won = 0;
    std::size_t index = 0;
    bool passed = false;
    co_await with_scope([&](scope& children) -> task<> {
      {
        scope stopped;
        stopped.spawn(acquire_one_of(permits, won, index));
        co_await yield();
        children.spawn([](semaphore& from, bool& done) -> task<> {
          co_await from.acquire(2);
          done = true;
        }(permits, passed));
        co_await yield();
        permits.release(2);
        // The large request at the head keeps all others from passing, until it is stopped.
        CHECK(permits.available() == 2);
        co_await stopped.close();
      }
      co_await children.join();
    });
    CHECK(won == 0);
    CHECK(passed);
    CHECK(permits.available() == 0);

    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](semaphore& from, manual_reset_event& set) -> task<> {
        co_await yield();
        from.release(2);
        set.set();
      }(permits, flag));
      const auto first = co_await select(permits.acquire(5), permits.acquire(1), flag.wait());
      CHECK(first.index() == 2);
      co_await children.join();
    });
    CHECK(permits.available() == 2);
  });
}

TEST_CASE("two arrivals of one task at a barrier are one party at the end") {
  run_virtually([]() -> task<> {
    barrier meeting(2);
    const auto first = co_await select(meeting.arrive_and_wait(), meeting.arrive_and_wait());
    CHECK(first.index() == 0);
    CHECK(meeting.arrived() == 0);
  });
}

TEST_CASE("under random timing, time-outs and cancellation nothing is lost or doubled") {
  std::mt19937_64 random(seed());
  const auto patience = [&random] { return duration(1 + static_cast<std::int64_t>(random() % 5)); };
  constexpr int senders = 6;
  constexpr int each = 200;
  for (int round = 0; round < 20; ++round) {
    std::vector<int> counts(static_cast<std::size_t>(senders * each));
    run_virtually([&]() -> task<> {
      channel<int> left(static_cast<std::size_t>(random() % 3));
      channel<int> right(static_cast<std::size_t>(random() % 3));
      co_await with_scope([&](scope& receivers) -> task<> {
        for (int count = 0; count < 4; ++count) {
          receivers.spawn(select_impatiently(left, right, counts, patience()));
        }
        co_await with_scope([&](scope& sending) -> task<> {
          for (int sender = 0; sender < senders; ++sender) {
            channel<int>& target = sender % 2 == 0 ? left : right;
            sending.spawn(send_surely(target, sender * each, each, patience()));
          }
          co_await sending.join();
        });
        left.close();
        right.close();
        co_await receivers.join();
      });
    });
    CHECK(counts == std::vector<int>(counts.size(), 1));
  }
}

TEST_CASE("both directions of one descriptor can be polled, beside what tasks do") {
  run([]() -> task<> {
    std::array<unix_stream, 2> ends = unix_stream::pair();
    const int near = ends[0].descriptor();
    channel<int> values(1);
    const auto writable = co_await select(poll(near, POLLIN), poll(near, POLLOUT));
    REQUIRE(writable.index() == 1);
    CHECK(std::get<1>(writable) == POLLOUT);

    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](channel<int>& target) -> task<> {
        co_await yield();
        co_await target.send(1);
      }(values));
      const auto sent = co_await select(poll(near, POLLIN), values.receive());
      CHECK(sent.index() == 1);
    });

    // Another look succeeds: the one that lost has taken nothing from the descriptor.
    ends[1].close();
    const auto gone = co_await select(values.receive(), poll(near, POLLIN), sleep(1h));
    REQUIRE(gone.index() == 1);
    CHECK((std::get<1>(gone) & POLLIN) != 0);
  });
}

TEST_CASE("several polls of one descriptor that become ready together: one wins") {
  run([]() -> task<> {
    std::array<unix_stream, 2> ends = unix_stream::pair();
    const int near = ends[0].descriptor();
    co_await ends[1].write_all("x");
    for (int round = 0; round < 10; ++round) {
      const auto first = co_await select(poll(near, POLLIN), poll(near, POLLIN | POLLOUT),
                                         poll(near, POLLOUT), poll(near, POLLIN));
      CHECK(std::visit([](short events) { return events != 0; }, first));
    }
  });
}

TEST_CASE("a select that is cancelled while it polls ends when the poll has ended") {
  run([]() -> task<> {
    const std::array<unix_stream, 2> ends = unix_stream::pair();
    channel<int> values(0);
    const auto late =
        co_await with_timeout(1ms, select(poll(ends[0].descriptor(), POLLIN), values.receive()))
            .as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK_FALSE(values.try_send(1));
  });
}

TEST_SUITE_END();
