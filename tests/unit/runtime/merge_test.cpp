// SPDX-License-Identifier: Apache-2.0
#include "weir/merge.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "failing.hpp"
#include "run.hpp"
#include "weir/from_channel.hpp"
#include "weir/sleep.hpp"
#include "weir/stream_operators.hpp"
#include "weir/timed_operators.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.merge");

namespace {

/// `first`, `first` + 1 ... `count` of them, each after `pause`.
stream<int> count_from(int first, int count, duration pause) {
  for (int value = first; value < first + count; ++value) {
    co_await sleep(pause);
    co_yield value;
  }
}

stream<int> count_ready(int first, int& made) {
  for (int value = first;; ++value) {
    ++made;
    co_yield value;
  }
}

stream<int> fail_after(duration pause) {
  co_await sleep(pause);
  throw failure("of one source");
}

}  // namespace

TEST_CASE("merge gives values as they come, and ends with the last of its sources") {
  run_virtually([]() -> task<> {
    const auto all = co_await (
        merge(count_from(10, 2, 5s), count_from(20, 4, 3s), count_from(30, 0, 1s)) | collect());
    CHECK(all == std::vector{20, 10, 21, 22, 11, 23});
    CHECK(loop::current().now().time_since_epoch() == 12s);
  });
}

TEST_CASE("sources that are always ready take turns") {
  run_virtually([]() -> task<> {
    int made = 0;
    const auto all =
        co_await (merge(count_ready(10, made), count_ready(20, made), count_ready(30, made)) |
                  take(9) | collect());
    CHECK(all == std::vector{10, 20, 30, 11, 21, 31, 12, 22, 32});
  });
}

TEST_CASE("between two values each source but the last is at most one ahead") {
  run_virtually([]() -> task<> {
    int made = 0;
    co_await with_scope([&](scope& children) -> task<> {
      auto line = merge(count_ready(10, made), count_ready(20, made), count_ready(30, made)) |
                  in_scope(children);
      CHECK(made == 0);
      for (int given = 1; given <= 12; ++given) {
        CHECK((co_await line.next()).has_value());
        co_await sleep(1h);
        CHECK(made == given + 2);
      }
    });
  });
}

TEST_CASE("a vector of streams, an empty one, and lines that need a scope themselves") {
  run_virtually([]() -> task<> {
    std::vector<stream<int>> sources;
    for (int first = 0; first < 100; ++first) sources.push_back(count_from(first, 2, 1s));
    CHECK((co_await (merge(std::move(sources)) | collect())).size() == 200);
    CHECK((co_await (merge(std::vector<stream<int>>()) | collect())).empty());

    const auto all = co_await (merge(count_from(1, 1, 2s), merge(count_from(2, 1, 1s)),
                                     count_from(3, 1, 3s) | timeout(9s)) |
                               collect());
    CHECK(all == std::vector{2, 1, 3});
  });
}

TEST_CASE("the failure of a source is passed on in its turn, and the others go on when asked") {
  run_virtually([]() -> task<> {
    co_await with_scope([&](scope& children) -> task<> {
      auto line = merge(count_from(1, 3, 2s), fail_after(3s)) | in_scope(children);
      CHECK(co_await line.next() == 1);
      CHECK((co_await line.next().as_result()).error().message() == "of one source");
      CHECK(co_await line.next() == 2);
      CHECK(co_await line.next() == 3);
      CHECK(co_await line.next() == std::nullopt);
      CHECK(co_await line.next() == std::nullopt);
    });
  });
}

TEST_CASE("a line that ends in a task stops and awaits the other sources at a failure") {
  run_virtually([]() -> task<> {
    bool stopped = false;
    const auto endless = [](bool& note) -> stream<int> {
      const auto slept = co_await sleep(1h).as_result();
      note = !slept.has_value();
    };
    const auto ended = co_await (merge(endless(stopped), fail_after(3s)) | collect()).as_result();
    CHECK(ended.error().message() == "of one source");
    CHECK(stopped);
    CHECK(loop::current().now().time_since_epoch() == 3s);
  });
}

TEST_CASE("a next() that is cancelled loses no value of any source") {
  run_virtually([]() -> task<> {
    channel<int> one(1);
    channel<int> other(1);
    co_await with_scope([&](scope& children) -> task<> {
      auto line = merge(from_channel(one), from_channel(other)) | in_scope(children);
      for (int round = 1; round <= 3; ++round) {
        CHECK_FALSE((co_await with_timeout(1s, line.next()).as_result()).has_value());
        co_await one.send(round);
        co_await other.send(-round);
        CHECK(co_await line.next() == round);
        CHECK(co_await line.next() == -round);
      }
    });
  });
}

TEST_CASE("a merge that is destroyed between two values stops its sources; the scope awaits them") {
  run_virtually([]() -> task<> {
    const auto witness = std::make_shared<int>(0);
    const auto hold = [](std::shared_ptr<int> held, duration pause) -> stream<int> {
      co_await sleep(pause);
      co_yield *held;
      co_await sleep(1h);
    };
    co_await with_scope([&](scope& children) -> task<> {
      {
        auto line =
            merge(hold(witness, 1s), hold(witness, 1h), hold(witness, 1s)) | in_scope(children);
        CHECK(co_await line.next() == 0);
      }
      co_await children.join();
      CHECK(witness.use_count() == 1);
    });
    CHECK(loop::current().now().time_since_epoch() == 1s);
  });
}

TEST_CASE("when the scope ends first, what has come is given, and then cancelled") {
  run_virtually([]() -> task<> {
    int made = 0;
    std::optional<stream<int>> line;
    co_await with_scope([&](scope& children) -> task<> {
      line.emplace(merge(count_ready(10, made), count_ready(20, made)) | in_scope(children));
      CHECK(co_await line->next() == 10);
    });
    CHECK(co_await line->next() == 20);
    CHECK((co_await line->next().as_result()).error().is_cancelled());
    CHECK(co_await line->next() == std::nullopt);
  });
}

TEST_SUITE_END();
