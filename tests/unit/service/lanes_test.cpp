// SPDX-License-Identifier: Apache-2.0
#include "lanes.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "runtime/run.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::detail;
using namespace weir::test;

TEST_SUITE_BEGIN("service.lanes");

namespace {

using numbers = std::vector<std::uint64_t>;

task<> pass(lanes& through, std::string key, std::uint64_t sequence, duration work, numbers& done) {
  if (!co_await through.enter(key, sequence)) co_return;
  const lane_turn turn(through, key);
  co_await sleep(work);
  done.push_back(sequence);
}

}  // namespace

TEST_CASE("one message of a key at a time, by the order of the stream; keys beside each other") {
  run_virtually([]() -> task<> {
    lanes all(8);
    numbers done;
    const auto before = loop::current().now();
    co_await with_scope([&](scope& running) -> task<> {
      running.spawn(pass(all, "a", 1, 10s, done));
      running.spawn(pass(all, "a", 5, 1s, done));
      running.spawn(pass(all, "b", 2, 5s, done));
      running.spawn(pass(all, "a", 3, 1s, done));
      co_await running.join();
    });
    CHECK(done == numbers{2, 1, 3, 5});
    CHECK(loop::current().now() - before == 12s);
    CHECK(all.size() == 0);
  });
}

TEST_CASE("one that is cancelled while it waits, or as its turn comes, stops nobody") {
  run_virtually([]() -> task<> {
    lanes all(8);
    numbers done;
    co_await with_scope([&](scope& running) -> task<> {
      running.spawn(pass(all, "a", 1, 10s, done));
      running.spawn([&]() -> task<> {
        const auto waited = co_await with_timeout(3s, pass(all, "a", 2, 1s, done)).as_result();
        CHECK(waited.error().is(errc::deadline_exceeded));
      });
      running.spawn([&]() -> task<> {
        // At this very moment the first one ends: either outcome is right.
        const auto waited = co_await with_timeout(10s, pass(all, "a", 3, 1s, done)).as_result();
        CHECK((waited.has_value() || waited.error().is(errc::deadline_exceeded)));
      });
      running.spawn(pass(all, "a", 4, 1s, done));
      co_await running.join();
    });
    CHECK(done.front() == 1);
    CHECK(done.back() == 4);
    CHECK(all.size() == 0);
  });
}

TEST_CASE("behind a message that is retried few wait, the rest go away and keep their order") {
  run_virtually([]() -> task<> {
    lanes all(1);
    const std::string key = "poisoned";
    CHECK(co_await all.enter(key, 1));
    CHECK(all.time_away(key, 2) == 0s);  // It is not retried: all may wait.
    all.park(key, loop::current().now() + 60s);
    numbers done;
    scope waiting;
    waiting.spawn(pass(all, key, 2, 1s, done));
    co_await sleep(1s);

    CHECK(all.time_away(key, 3) == 59s);
    all.send_away(key, 3, loop::current().now() + 90s);
    all.unpark(key);
    CHECK(all.time_away(key, 4) > 0s);  // The third is away, and comes before it.
    all.send_away(key, 4, loop::current().now() + 90s);
    CHECK(all.time_away("another", 5) == 0s);
    all.leave(key);
    co_await waiting.join();
    CHECK(done == numbers{2});

    CHECK(all.time_away(key, 4) > 0s);  // It came before the third.
    all.send_away(key, 4, loop::current().now() + 90s);
    CHECK(all.time_away(key, 3) == 0s);
    CHECK(all.time_away(key, 4) == 0s);
    CHECK(all.size() == 0);
  });
}

TEST_CASE("who waits already when a message begins to be retried goes away beyond the bound") {
  run_virtually([]() -> task<> {
    lanes all(2);
    const std::string key = "poisoned";
    CHECK(co_await all.enter(key, 1));
    numbers done;
    scope waiting;
    for (std::uint64_t sequence = 2; sequence < 10; ++sequence) {
      waiting.spawn(pass(all, key, sequence, 1s, done));
    }
    co_await sleep(1s);
    all.park(key, loop::current().now() + 60s);
    co_await sleep(1s);
    CHECK(waiting.size() == 2);
    CHECK(all.time_away(key, 20) > 0s);
    all.leave(key);
    co_await waiting.join();
    CHECK(done == numbers{2, 3});
    for (std::uint64_t sequence = 4; sequence < 10; ++sequence) {
      CHECK(all.time_away(key, sequence) == 0s);
    }
    CHECK(all.size() == 0);
  });
}

TEST_CASE("while all are held nobody has a turn; then each lane goes by the order of the stream") {
  run_virtually([]() -> task<> {
    lanes all(1);  // How many may wait behind one that is retried is no bound here.
    all.hold();
    numbers done;
    scope waiting;
    for (const std::uint64_t sequence : {12, 11, 3, 20, 5}) {
      waiting.spawn(pass(all, sequence == 20 ? "b" : "a", sequence, 1s, done));
    }
    waiting.spawn([&]() -> task<> {
      const auto waited = co_await with_timeout(1s, pass(all, "c", 1, 1s, done)).as_result();
      CHECK(waited.error().is(errc::deadline_exceeded));
    });
    co_await sleep(60s);
    CHECK(done.empty());
    CHECK(all.size() == 2);  // Nothing is left of the one that was cancelled.

    all.release();
    co_await waiting.join();
    std::erase(done, 20u);
    CHECK(done == numbers{3, 5, 11, 12});
    CHECK(all.size() == 0);
  });
}

TEST_CASE("how often a message was sent away is known when it comes back") {
  run_virtually([]() -> task<> {
    lanes all(1);
    CHECK(all.come_back("a", 1) == 0);
    all.send_away("a", 1, loop::current().now() + 30s, 1);
    CHECK(all.come_back("a", 1) == 1);
    CHECK(all.come_back("a", 2) == 0);
    all.send_away("a", 1, loop::current().now() + 30s, 2);
    CHECK(all.come_back("a", 1) == 2);
    CHECK(all.time_away("a", 1) == 0s);
    CHECK(all.come_back("a", 1) == 0);
    CHECK(all.size() == 0);
    co_return;
  });
}

TEST_CASE("for one that went away and never comes again nobody waits for ever") {
  run_virtually([]() -> task<> {
    lanes all(1);
    all.send_away("a", 1, loop::current().now() + 30s);
    CHECK(all.time_away("a", 2) > 0s);
    co_await sleep(31s);
    CHECK(all.time_away("a", 2) == 0s);
    CHECK(all.size() == 0);
  });
}

TEST_SUITE_END();
