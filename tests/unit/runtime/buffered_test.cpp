// SPDX-License-Identifier: Apache-2.0
#include "weir/buffered.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <vector>

#include "failing.hpp"
#include "run.hpp"
#include "weir/from_channel.hpp"
#include "weir/sleep.hpp"
#include "weir/stream_operators.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.buffered");

namespace {

/// What a line's tasks did.
struct journal {
  int made = 0;
  int at_work = 0;
  int most_at_work = 0;
  int ended = 0;
  int cancelled = 0;
};

stream<int> count_to(int last, journal& notes) {
  for (int value = 1; value <= last; ++value) {
    notes.made = value;
    co_yield value;
  }
}

/// Gives `value` after so many seconds; notes what becomes of it.
task<int> give_after(int seconds, int value, journal& notes) {
  notes.most_at_work = std::max(notes.most_at_work, ++notes.at_work);
  const auto slept = co_await sleep(seconds * 1s).as_result();
  --notes.at_work;
  ++notes.ended;
  if (!slept.has_value()) ++notes.cancelled;
  slept.value();
  co_return value;
}

stream<task<int>> make_tasks(std::vector<int> seconds, journal& notes) {
  for (const int time : seconds) {
    ++notes.made;
    co_yield give_after(time, notes.made, notes);
  }
}

/// Tasks that take so many seconds, one after the other.
template <class... Seconds>
stream<task<int>> tasks_of(journal& notes, Seconds... seconds) {
  return make_tasks(std::vector<int>{seconds...}, notes);
}

task<int> fail_in(int seconds) {
  co_await sleep(seconds * 1s);
  throw failure("of a task");
}

/// The same, but the third fails.
template <class... Seconds>
stream<task<int>> third_fails(journal& notes, Seconds... seconds) {
  int number = 0;
  auto tasks = tasks_of(notes, seconds...);
  while (std::optional<task<int>> work = co_await tasks.next()) {
    if (++number == 3) {
      co_yield fail_in(std::get<2>(std::tuple(seconds...)));
    } else {
      co_yield std::move(*work);
    }
  }
}

}  // namespace

TEST_CASE("buffered gives results in the order of the source, several tasks at a time") {
  run_virtually([]() -> task<> {
    journal notes;
    const auto all = co_await (tasks_of(notes, 3, 1, 1, 5, 1, 1) | buffered(3) | collect());
    CHECK(all == std::vector{1, 2, 3, 4, 5, 6});
    CHECK(notes.most_at_work == 3);
    CHECK(loop::current().now().time_since_epoch() == 8s);
  });
}

TEST_CASE("buffer_unordered gives results as the tasks end") {
  run_virtually([]() -> task<> {
    journal notes;
    const auto all = co_await (tasks_of(notes, 4, 1, 2, 9, 2, 1) | buffer_unordered(3) | collect());
    // 2 ends at 1, 3 at 2, 1 and 5 at 4, 6 at 5, 4 at 10.
    CHECK(all == std::vector{2, 3, 1, 5, 6, 4});
    CHECK(notes.most_at_work == 3);
    CHECK(loop::current().now().time_since_epoch() == 10s);
  });
}

TEST_CASE(
    "a source that gives map's tasks, and one that has none, and one shorter than the limit") {
  run_virtually([]() -> task<> {
    journal notes;
    const auto fetch = [&](int value) { return give_after(1, value * 10, notes); };
    CHECK((co_await (count_to(2, notes) | map(fetch) | buffered(8) | collect())) ==
          std::vector{10, 20});
    CHECK((co_await (count_to(0, notes) | map(fetch) | buffered(8) | collect())).empty());
    CHECK((co_await (count_to(3, notes) | map(fetch) | buffered(1) |
                     map([](int value) { return value + 1; }) | collect())) ==
          std::vector{11, 21, 31});
  });
}

TEST_CASE("the source is as many values ahead as the limit says, and no more") {
  run_virtually([]() -> task<> {
    for (const bool in_order : {true, false}) {
      journal notes;
      co_await with_scope([&](scope& children) -> task<> {
        auto source = make_tasks(std::vector<int>(20, 1), notes);
        auto line = in_order ? std::move(source) | buffered(4) | in_scope(children)
                             : std::move(source) | buffer_unordered(4) | in_scope(children);
        CHECK(notes.made == 0);
        for (int given = 1; given <= 16; ++given) {
          CHECK((co_await line.next()).has_value());
          co_await sleep(1h);
          CHECK(notes.made == given + 4);
          CHECK(notes.at_work == 0);
        }
        CHECK(notes.most_at_work == 4);
      });
    }
  });
}

TEST_CASE("results come while the source keeps the line waiting") {
  run_virtually([]() -> task<> {
    journal notes;
    channel<int> values(3);
    co_await with_scope([&](scope& children) -> task<> {
      auto line = from_channel(values) |
                  map([&](int value) { return give_after(1, value, notes); }) | buffered(2) |
                  in_scope(children);
      for (const int value : {1, 2, 3}) {
        co_await values.send(value);
        CHECK(co_await line.next() == value);
      }
      values.close();
      CHECK(co_await line.next() == std::nullopt);
      CHECK(co_await line.next() == std::nullopt);
    });
  });
}

TEST_CASE("the first error stops the other tasks, and is thrown when they have ended") {
  run_virtually([]() -> task<> {
    for (const bool in_order : {true, false}) {
      journal notes;
      co_await with_scope([&](scope& children) -> task<> {
        auto source = third_fails(notes, 1, 9, 5, 9, 9);
        auto line = in_order ? std::move(source) | buffered(4) | in_scope(children)
                             : std::move(source) | buffer_unordered(4) | in_scope(children);
        CHECK(co_await line.next() == 1);
        const auto ended = co_await line.next().as_result();
        REQUIRE_FALSE(ended.has_value());
        CHECK(ended.error().message() == "of a task");
        CHECK(notes.cancelled == 3);
        CHECK(notes.at_work == 0);
        CHECK(co_await line.next() == std::nullopt);
        CHECK(children.size() == 0);
      });
    }
    CHECK(loop::current().now().time_since_epoch() == 10s);
  });
}

TEST_CASE("results that came before an error are given before it") {
  run_virtually([]() -> task<> {
    journal notes;
    co_await with_scope([&](scope& children) -> task<> {
      auto line = third_fails(notes, 1, 1, 2, 1) | buffered(4) | in_scope(children);
      CHECK(co_await line.next() == 1);
      co_await sleep(1h);
      CHECK(co_await line.next() == 2);
      CHECK((co_await line.next().as_result()).error().message() == "of a task");
      CHECK(co_await line.next() == std::nullopt);
    });
  });
}

TEST_CASE("an error of the source stops the tasks") {
  run_virtually([]() -> task<> {
    journal notes;
    const auto fails_after_two = [](journal& kept) -> stream<task<int>> {
      co_yield give_after(1, 1, kept);
      co_yield give_after(9, 2, kept);
      co_await sleep(2s);
      throw failure("of the source");
    };
    std::vector<int> seen;
    const auto ended = co_await (fails_after_two(notes) | buffered(4) |
                                 for_each([&](int value) { seen.push_back(value); }))
                           .as_result();
    REQUIRE_FALSE(ended.has_value());
    CHECK(ended.error().message() == "of the source");
    CHECK(seen == std::vector{1});
    CHECK(notes.cancelled == 1);
    CHECK(loop::current().now().time_since_epoch() == 2s);
  });
}

TEST_CASE("a task that ends as cancelled on its own account is an error too") {
  run_virtually([]() -> task<> {
    const auto give_up = []() -> stream<task<int>> {
      for (;;) {
        co_yield []() -> task<int> {
          co_await yield();
          throw error::cancelled();
        }();
      }
    };
    const auto ended = co_await (give_up() | buffered(2) | collect()).as_result();
    REQUIRE_FALSE(ended.has_value());
    CHECK(ended.error().is_cancelled());
  });
}

TEST_CASE("the cancellation of a line that ends in a task awaits what it has in flight") {
  run_virtually([]() -> task<> {
    journal notes;
    const auto late =
        co_await with_timeout(3s, tasks_of(notes, 9, 9, 9, 9, 9) | buffered(3) | collect())
            .as_result();
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(notes.cancelled == 3);
    CHECK(notes.at_work == 0);
  });
}

TEST_CASE("a line that has enough stops the rest of its work") {
  run_virtually([]() -> task<> {
    journal notes;
    const auto all =
        co_await (tasks_of(notes, 1, 1, 9, 9, 9, 9) | buffered(3) | take(2) | collect());
    CHECK(all == std::vector{1, 2});
    CHECK(notes.at_work == 0);
    CHECK(loop::current().now().time_since_epoch() == 1s);
  });
}

TEST_CASE("a next() that is cancelled leaves the tasks alone") {
  run_virtually([]() -> task<> {
    journal notes;
    co_await with_scope([&](scope& children) -> task<> {
      auto line = tasks_of(notes, 5, 6) | buffered(2) | in_scope(children);
      for (int attempt = 0; attempt < 4; ++attempt) {
        CHECK_FALSE((co_await with_timeout(1s, line.next()).as_result()).has_value());
      }
      CHECK(notes.at_work == 2);
      CHECK(co_await line.next() == 1);
      CHECK(co_await line.next() == 2);
      CHECK(loop::current().now().time_since_epoch() == 6s);
    });
  });
}

TEST_CASE("a stream that is destroyed between two values stops its tasks; the scope awaits them") {
  run_virtually([]() -> task<> {
    journal notes;
    const auto witness = std::make_shared<int>(0);
    co_await with_scope([&](scope& children) -> task<> {
      {
        auto line = tasks_of(notes, 1, 9, 9, 9) | map([witness](task<int> work) { return work; }) |
                    buffered(3) | in_scope(children);
        CHECK(co_await line.next() == 1);
        co_await sleep(1s);
        CHECK(notes.at_work == 3);
      }
      CHECK(notes.at_work == 3);
      co_await children.join();
      CHECK(notes.cancelled == 3);
      CHECK(witness.use_count() == 1);
    });
    CHECK(loop::current().now().time_since_epoch() == 2s);
  });
}

TEST_CASE("when the scope ends first, the stream gives what has come and then says cancelled") {
  run_virtually([]() -> task<> {
    journal notes;
    std::optional<stream<int>> line;
    co_await with_scope([&](scope& children) -> task<> {
      line.emplace(tasks_of(notes, 1, 1, 9) | buffered(3) | in_scope(children));
      CHECK(co_await line->next() == 1);
    });
    CHECK(notes.cancelled == 1);
    CHECK(co_await line->next() == 2);
    CHECK((co_await line->next().as_result()).error().is_cancelled());
    CHECK(co_await line->next() == std::nullopt);
  });
}

TEST_CASE("tasks that give nothing, and values that can only be moved") {
  run_virtually([]() -> task<> {
    journal notes;
    int done = 0;
    const auto note = [&](int) -> task<> {
      co_await yield();
      ++done;
    };
    CHECK((co_await (count_to(5, notes) | map(note) | buffer_unordered(2) | collect())).size() ==
          5);
    CHECK(done == 5);

    const auto wrap = [](int value) -> task<std::unique_ptr<int>> {
      co_await yield();
      co_return std::make_unique<int>(value);
    };
    const auto wrapped = co_await (count_to(3, notes) | map(wrap) | buffered(2) | collect());
    REQUIRE(wrapped.size() == 3);
    CHECK(*wrapped[2] == 3);
  });
}

TEST_SUITE_END();
