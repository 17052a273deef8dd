// SPDX-License-Identifier: Apache-2.0
#include "weir/timed_operators.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "failing.hpp"
#include "run.hpp"
#include "weir/from_channel.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/stream_operators.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.timed_operators");

namespace {

stream<int> count_with(std::vector<duration> pauses, int& made) {
  for (const duration pause : pauses) {
    co_await sleep(pause);
    co_yield ++made;
  }
}

/// 1, 2, 3 ... each after its pause; it does not survive a cancellation.
template <class... Pause>
stream<int> count_after(int& made, Pause... pauses) {
  return count_with(std::vector<duration>{pauses...}, made);
}

stream<int> fail_after_two(int& made) {
  co_yield ++made;
  co_await sleep(1s);
  co_yield ++made;
  throw failure("of the source");
}

stream<int> count_up(int& made) {
  for (;;) co_yield ++made;
}

duration since(time_point start) { return loop::current().now() - start; }

}  // namespace

TEST_CASE("throttle gives at most one value an interval, and the source is one ahead at most") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    int made = 0;
    stream<int> line = count_after(made, 0s, 0s, 5s, 0s) | throttle(2s);
    std::vector<duration> when;
    while (const auto value = co_await line.next()) {
      when.push_back(since(start));
      CHECK(made == *value);
    }
    CHECK(when == std::vector<duration>{0s, 2s, 7s, 9s});
  });
}
TEST_CASE("throttle keeps a value whose wait was cancelled") {
  run_virtually([]() -> task<> {
    int made = 0;
    stream<int> line = count_up(made) | throttle(10s);
    CHECK(co_await line.next() == 1);
    for (int attempt = 0; attempt < 3; ++attempt) {
      const auto late = co_await with_timeout(1s, line.next()).as_result();
      CHECK(late.error().is(errc::deadline_exceeded));
      CHECK(made == 2);
    }
    CHECK(co_await line.next() == 2);
    CHECK(loop::current().now().time_since_epoch() == 10s);
  });
}

TEST_CASE("lines that share a rate limiter share its rate") {
  run_virtually([]() -> task<> {
    int made = 0;
    rate_limiter limit(2, 1s, 1);
    stream<int> one = count_up(made) | throttle(limit);
    stream<int> other = count_up(made) | throttle(limit);
    for (int round = 0; round < 4; ++round) {
      static_cast<void>(co_await one.next());
      static_cast<void>(co_await other.next());
    }
    CHECK(loop::current().now().time_since_epoch() == 3500ms);
  });
}

TEST_CASE("timeout throws for what is late, and gives it afterwards") {
  run_virtually([]() -> task<> {
    int made = 0;
    co_await with_scope([&](scope& children) -> task<> {
      const time_point start = loop::current().now();
      stream<int> line = count_after(made, 1s, 5s, 1s) | timeout(2s) | in_scope(children);
      CHECK(co_await line.next() == 1);
      for (const duration then : {3s, 5s}) {
        const auto late = co_await line.next().as_result();
        REQUIRE_FALSE(late.has_value());
        CHECK(late.error().is(errc::deadline_exceeded));
        CHECK(since(start) == then);
      }
      CHECK(co_await line.next() == 2);
      CHECK(since(start) == 6s);
      CHECK(co_await line.next() == 3);
      CHECK(co_await line.next() == std::nullopt);
      CHECK(co_await line.next() == std::nullopt);
    });
  });
}

TEST_CASE("after a timeout the source is one value ahead, else none") {
  run_virtually([]() -> task<> {
    int made = 0;
    co_await with_scope([&](scope& children) -> task<> {
      stream<int> line = count_after(made, 0s, 9s, 0s, 0s) | timeout(2s) | in_scope(children);
      CHECK(co_await line.next() == 1);
      co_await sleep(1h);
      CHECK(made == 1);
      CHECK((co_await line.next().as_result()).error().is(errc::deadline_exceeded));
      co_await sleep(1h);
      CHECK(made == 2);
      CHECK(co_await line.next() == 2);
      co_await sleep(1h);
      CHECK(made == 2);
    });
  });
}

TEST_CASE("a line that ends in a task needs no scope, and a timeout is its error") {
  run_virtually([]() -> task<> {
    int made = 0;
    const auto late =
        co_await (count_after(made, 1s, 1s, 9s, 1s) | timeout(2s) | collect()).as_result();
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(made == 2);
    CHECK((co_await (count_after(made, 1s, 1s) | timeout(2s) | take(2) | collect())).size() == 2);
  });
}

TEST_CASE("chunks within a time gives what is full, what is due, and what is left") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    int made = 0;
    std::vector<std::vector<int>> all;
    std::vector<duration> when;
    co_await (count_after(made, 5s, 1s, 1s, 1s, 1s, 9s, 1s) | chunks(3, 3s) |
              for_each([&](std::vector<int> chunk) {
                all.push_back(std::move(chunk));
                when.push_back(since(start));
              }));
    CHECK(all == std::vector<std::vector<int>>{{1, 2, 3}, {4, 5}, {6, 7}});
    CHECK(when == std::vector<duration>{7s, 11s, 19s});
  });
}

TEST_CASE("a chunk that is due leaves its source one value ahead, a full one leaves it none") {
  run_virtually([]() -> task<> {
    int made = 0;
    co_await with_scope([&](scope& children) -> task<> {
      stream<std::vector<int>> line =
          count_after(made, 0s, 0s, 0s, 5s, 0s, 0s) | chunks(2, 1s) | in_scope(children);
      CHECK(co_await line.next() == std::vector{1, 2});
      co_await sleep(1h);
      CHECK(made == 2);
      CHECK(co_await line.next() == std::vector{3});
      co_await sleep(1h);
      CHECK(made == 4);
      CHECK(co_await line.next() == std::vector{4, 5});
    });
  });
}

TEST_CASE("a cancelled wait for a chunk keeps what it has, and when it is due") {
  run_virtually([]() -> task<> {
    int made = 0;
    co_await with_scope([&](scope& children) -> task<> {
      const time_point start = loop::current().now();
      stream<std::vector<int>> line =
          count_after(made, 0s, 2s, 9s) | chunks(9, 4s) | in_scope(children);
      CHECK_FALSE((co_await with_timeout(1s, line.next()).as_result()).has_value());
      CHECK_FALSE((co_await with_timeout(2s, line.next()).as_result()).has_value());
      CHECK(co_await line.next() == std::vector{1, 2});
      CHECK(since(start) == 4s);
    });
  });
}

TEST_CASE("chunks within a time gives what came before a failure before it") {
  run_virtually([]() -> task<> {
    int made = 0;
    co_await with_scope([&](scope& children) -> task<> {
      stream<std::vector<int>> line = fail_after_two(made) | chunks(9, 4s) | in_scope(children);
      CHECK(co_await line.next() == std::vector{1, 2});
      CHECK((co_await line.next().as_result()).error().message() == "of the source");
      CHECK(co_await line.next() == std::nullopt);
    });
  });
}

TEST_CASE("a stream that is destroyed while its source is at work stops it; the scope awaits it") {
  run_virtually([]() -> task<> {
    bool ended = false;
    co_await with_scope([&](scope& children) -> task<> {
      const auto slow = [](bool& note) -> stream<int> {
        co_yield 1;
        const auto slept = co_await sleep(1h).as_result();
        note = !slept.has_value();
      };
      {
        stream<int> line = slow(ended) | timeout(2s) | in_scope(children);
        CHECK(co_await line.next() == 1);
        CHECK_FALSE((co_await line.next().as_result()).has_value());
      }
      CHECK_FALSE(ended);
      co_await children.join();
      CHECK(ended);
      CHECK(loop::current().now().time_since_epoch() == 2s);
    });
  });
}

TEST_CASE("when the scope ends first, the stream gives what has come and then says cancelled") {
  run_virtually([]() -> task<> {
    int made = 0;
    scope children;
    stream<std::vector<int>> line =
        count_after(made, 0s, 2s, 0s, 9s) | chunks(9, 1s) | in_scope(children);
    CHECK(co_await line.next() == std::vector{1});
    co_await sleep(2s);  // The second value has come.
    co_await children.close();
    CHECK(co_await line.next() == std::vector{2});
    const auto after = co_await line.next().as_result();
    REQUIRE_FALSE(after.has_value());
    CHECK(after.error().is_cancelled());
    CHECK(co_await line.next() == std::nullopt);
  });
}

TEST_CASE("a stream in a scope may be destroyed before its first next()") {
  run_virtually([]() -> task<> {
    int made = 0;
    co_await with_scope([&](scope& children) -> task<> {
      const stream<int> unused = count_up(made) | timeout(1s) | in_scope(children);
      CHECK(children.size() == 0);
      co_return;
    });
    CHECK(made == 0);
  });
}

TEST_SUITE_END();
