// SPDX-License-Identifier: Apache-2.0
#include "weir/select.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "run.hpp"
#include "weir/barrier.hpp"
#include "weir/channel.hpp"
#include "weir/latch.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/mutex.hpp"
#include "weir/read_write_lock.hpp"
#include "weir/scope.hpp"
#include "weir/semaphore.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.select");

namespace {

task<> send_after(duration wait, channel<int>& target, int value) {
  co_await sleep(wait);
  co_await target.send(value);
}

}  // namespace

TEST_CASE("what is ready wins at once, with its index and its value") {
  run_virtually([]() -> task<> {
    channel<int> empty(1);
    channel<std::string> full(1);
    co_await full.send("a value");
    const std::uint64_t turns = loop::current().counters().turns;
    const auto first = co_await select(empty.receive(), full.receive(), sleep(1s));
    REQUIRE(first.index() == 1);
    CHECK(std::get<1>(first) == "a value");
    CHECK(loop::current().counters().turns == turns);
    CHECK(loop::current().timers().empty());
  });
}

TEST_CASE("of several that are ready one is taken and the others are left, and none starves") {
  run_virtually([]() -> task<> {
    channel<int> left(1'000);
    channel<int> right(1'000);
    for (int value = 0; value < 1'000; ++value) {
      co_await left.send(value);
      co_await right.send(value);
    }
    for (int count = 0; count < 1'000; ++count) {
      const auto first = co_await select(left.receive(), right.receive());
      CHECK(std::visit([](const auto& value) { return value.has_value(); }, first));
    }
    CHECK(left.size() + right.size() == 1'000);
    CHECK(left.size() > 0);
    CHECK(right.size() > 0);
  });
}

TEST_CASE("when none is ready the first to come wins") {
  run_virtually([]() -> task<> {
    channel<int> early(0);
    channel<int> late(0);
    const time_point start = loop::current().now();
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(send_after(2s, late, 2));
      children.spawn(send_after(1s, early, 1));
      const auto first = co_await select(late.receive(), early.receive(), sleep(3s));
      REQUIRE(first.index() == 1);
      CHECK(std::get<1>(first) == 1);
      CHECK(loop::current().now() - start == 1s);
      // The loser stands in no queue any more: the value waits for who asks next.
      CHECK(co_await late.receive() == 2);
      co_await children.join();
    });
  });
}

TEST_CASE("a timer bounds the wait, and is disarmed when it loses") {
  run_virtually([]() -> task<> {
    channel<int> values(1);
    const auto idle = co_await select(values.receive(), sleep(5s));
    CHECK(idle.index() == 1);
    CHECK(values.try_send(1));
    CHECK(values.size() == 1);
    const auto came = co_await select(values.receive(), sleep(5s));
    CHECK(came.index() == 0);
    CHECK(loop::current().timers().empty());
  });
}

TEST_CASE("a losing send sends nothing, a winning one its value") {
  run_virtually([]() -> task<> {
    channel<std::unique_ptr<int>> full(0);
    channel<std::unique_ptr<int>> open(1);
    const auto first =
        co_await select(full.send(std::make_unique<int>(1)), open.send(std::make_unique<int>(2)));
    CHECK(first.index() == 1);
    CHECK(full.try_receive() == std::nullopt);
    CHECK(*open.try_receive().value() == 2);

    const auto idle = co_await select(full.send(std::make_unique<int>(3)), sleep(1s));
    CHECK(idle.index() == 1);
    CHECK(full.try_receive() == std::nullopt);
  });
}

TEST_CASE("a losing acquire takes no permit and lets smaller requests behind it pass") {
  run_virtually([]() -> task<> {
    semaphore permits(1);
    bool passed = false;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](semaphore& from, bool& done) -> task<> {
        co_await yield();
        co_await from.acquire(1);
        done = true;
      }(permits, passed));
      const auto idle = co_await select(permits.acquire(2), sleep(1s));
      CHECK(idle.index() == 1);
      CHECK_FALSE(passed);
      co_await children.join();
    });
    CHECK(passed);
    CHECK(permits.available() == 0);
  });
}

TEST_CASE("locks: the loser holds nothing, the winner its guard") {
  run_virtually([]() -> task<> {
    mutex held;
    read_write_lock shared;
    auto guard = held.try_lock();
    {
      const auto first = co_await select(held.lock(), shared.write());
      REQUIRE(first.index() == 1);
      CHECK((co_await select(shared.read(), sleep(1s))).index() == 1);
    }
    guard.reset();
    CHECK_FALSE(held.is_locked());
    CHECK((co_await select(shared.read(), sleep(1s))).index() == 0);
  });
}

TEST_CASE("event, latch and barrier can be selected; a losing arrival has not arrived") {
  run_virtually([]() -> task<> {
    manual_reset_event flag;
    latch count(1);
    barrier meeting(2);
    CHECK((co_await select(flag.wait(), count.wait(), meeting.arrive_and_wait(), sleep(1s)))
              .index() == 3);
    CHECK(meeting.arrived() == 0);
    count.count_down();
    CHECK((co_await select(flag.wait(), count.wait())).index() == 1);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](barrier& at) -> task<> { co_await at.arrive_and_wait(); }(meeting));
      const auto met = co_await select(flag.wait(), meeting.arrive_and_wait());
      CHECK(met.index() == 1);
      co_await children.join();
    });
    CHECK(meeting.arrived() == 0);
  });
}

TEST_CASE("a closed channel is ready: a receive gives nothing, a send fails") {
  run_virtually([]() -> task<> {
    channel<int> closed(1);
    closed.close();
    const auto first = co_await select(closed.receive(), sleep(1s));
    REQUIRE(first.index() == 0);
    CHECK(std::get<0>(first) == std::nullopt);
    const auto failed = co_await select(closed.send(1), sleep(1s)).as_result();
    CHECK(failed.error().is(errc::closed));
    CHECK_THROWS_AS(static_cast<void>(co_await select(closed.send(1), sleep(1s))), error);
  });
}

TEST_CASE("cancelled, it throws, and no operation has had its effect") {
  run_virtually([]() -> task<> {
    channel<int> values(0);
    semaphore permits(0);
    const auto waiting = [&] {
      return as_task(select(values.receive(), values.send(1), permits.acquire(), sleep(1h)));
    };
    CHECK((co_await with_timeout(1s, waiting()).as_result()).error().is(errc::deadline_exceeded));
    CHECK(values.try_receive() == std::nullopt);
    CHECK_FALSE(values.try_send(1));
    permits.release();
    CHECK(permits.available() == 1);
    CHECK(loop::current().timers().empty());
  });
}

TEST_CASE("in a stopped task it still gives what is ready, and else throws") {
  run_virtually([]() -> task<> {
    channel<int> values(1);
    co_await values.send(1);
    scope stopped;
    stopped.request_stop();
    bool refused = false;
    stopped.spawn([](channel<int>& source, bool& cancelled) -> task<> {
      CHECK((co_await select(source.receive(), sleep(1s))).index() == 0);
      const auto again = co_await select(source.receive(), sleep(1s)).as_result();
      cancelled = !again.has_value() && again.error().is_cancelled();
    }(values, refused));
    co_await stopped.close();
    CHECK(refused);
  });
}

TEST_SUITE_END();
