// SPDX-License-Identifier: Apache-2.0
// Streams with tasks at work between their values, in every order of the tasks. Whoever consumes
// them gives up waiting now and then, which must lose nothing.
#include <algorithm>
#include <vector>

#include "schedules.hpp"
#include "weir/buffered.hpp"
#include "weir/merge.hpp"
#include "weir/stream_operators.hpp"
#include "weir/timed_operators.hpp"
#include "weir/zip.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.stream_schedules");

namespace {

constexpr int values = 12;

/// Counts those that live.
struct life {
  explicit life(int& counter) : count(&counter) { ++*count; }
  life(life&& other) noexcept : count(std::exchange(other.count, nullptr)) {}
  ~life() {
    if (count != nullptr) --*count;
  }
  int* count;
};

/// The numbers from `first`, at moments that the seed decides. `alive` has to outlive it.
stream<int> count_from(int first, int& alive) {
  const life one(alive);
  for (int value = first; value < first + values; ++value) {
    co_await dawdle();
    co_yield value;
  }
}

/// All that comes, waited for with little patience.
template <class T>
task<std::vector<T>> collect_impatiently(stream<T> line) {
  std::vector<T> came;
  for (;;) {
    co_await dawdle();
    auto next = co_await with_timeout(short_limit(), line.next()).as_result();
    if (!next.has_value()) {
      expect(next.error().is(errc::deadline_exceeded), next.error().message());
    } else if (next->has_value()) {
      came.push_back(std::move(**next));
    } else {
      co_return came;
    }
  }
}

std::vector<int> counted(int first) {
  std::vector<int> numbers;
  for (int value = first; value < first + values; ++value) numbers.push_back(value);
  return numbers;
}

/// Tasks of which no more than `limit` may be at work.
struct workshop {
  std::size_t limit = 1 + choose_below(4);
  int at_work = 0;
  int alive = 0;

  auto work() {
    return [this](int number) { return work_on(number, *this); };
  }
  static task<int> work_on(int number, workshop& shop) {
    const life one(shop.at_work);
    expect(static_cast<std::size_t>(shop.at_work) <= shop.limit, "more tasks work than may");
    co_await dawdle();
    co_return number;
  }
};

task<> buffer_in_order() {
  workshop shop;
  co_await with_scope([&](scope& children) -> task<> {
    auto line = count_from(0, shop.alive) | map(shop.work()) | buffered(shop.limit);
    const auto came = co_await collect_impatiently(std::move(line) | in_scope(children));
    expect(came == counted(0), "a result was lost, doubled or out of order");
  });
  expect(shop.at_work == 0 && shop.alive == 0, "work was left behind");
}

task<> buffer_in_any_order() {
  workshop shop;
  co_await with_scope([&](scope& children) -> task<> {
    auto line = count_from(0, shop.alive) | map(shop.work()) | buffer_unordered(shop.limit);
    auto came = co_await collect_impatiently(std::move(line) | in_scope(children));
    std::sort(came.begin(), came.end());
    expect(came == counted(0), "a result was lost or doubled");
  });
  expect(shop.at_work == 0 && shop.alive == 0, "work was left behind");
}

task<> merge_three() {
  int alive = 0;
  co_await with_scope([&](scope& children) -> task<> {
    auto line = merge(count_from(100, alive), count_from(200, alive), count_from(300, alive));
    const auto came = co_await collect_impatiently(std::move(line) | in_scope(children));
    expect(came.size() == 3 * values, "a value was lost or doubled");
    for (const int first : {100, 200, 300}) {
      std::vector<int> own;
      std::copy_if(came.begin(), came.end(), std::back_inserter(own),
                   [first](int value) { return value / 100 == first / 100; });
      expect(own == counted(first), "the values of a source came out of order");
    }
  });
  expect(alive == 0, "a source was left behind");
}

task<> zip_two() {
  int alive = 0;
  co_await with_scope([&](scope& children) -> task<> {
    auto line = zip(count_from(100, alive), count_from(200, alive));
    const auto came = co_await collect_impatiently(std::move(line) | in_scope(children));
    expect(came.size() == values, "a pair was lost or doubled");
    for (std::size_t at = 0; at < came.size(); ++at) {
      const int number = static_cast<int>(at);
      expect(came[at] == std::tuple(100 + number, 200 + number), "values met that are no pair");
    }
  });
  expect(alive == 0, "a source was left behind");
}

task<> gather_for_a_time() {
  int alive = 0;
  const std::size_t size = 1 + choose_below(4);
  co_await with_scope([&](scope& children) -> task<> {
    auto line = count_from(0, alive) | chunks(size, short_limit()) | timeout(3ms);
    const auto came = co_await collect_impatiently(std::move(line) | in_scope(children));
    std::vector<int> joined;
    for (const auto& chunk : came) {
      expect(!chunk.empty() && chunk.size() <= size, "a chunk is empty or too long");
      joined.insert(joined.end(), chunk.begin(), chunk.end());
    }
    expect(joined == counted(0), "a value was lost, doubled or out of order");
  });
  expect(alive == 0, "the source was left behind");
}

/// Leaves a line at a moment that the seed decides: by its end, between two values or while one is
/// on its way.
task<> leave_early() {
  workshop shop;
  auto leaving = [](workshop& own) -> task<> {
    co_await with_scope([&](scope& children) -> task<> {
      auto line = merge(count_from(0, own.alive) | map(own.work()) | buffered(own.limit),
                        count_from(0, own.alive)) |
                  in_scope(children);
      for (std::uint64_t left = choose_below(values); left > 0; --left) {
        static_cast<void>(co_await line.next());
      }
      co_await dawdle();
    });
  }(shop);
  const auto left = co_await with_timeout(short_limit() * 4, std::move(leaving)).as_result();
  expect(left.has_value() || left.error().is(errc::deadline_exceeded), "it failed");
  expect(shop.at_work == 0 && shop.alive == 0, "work was left behind");
}

/// One task fails, and its error comes after the results that came before it.
task<> fail_in_the_middle() {
  workshop shop;
  const int failing = static_cast<int>(choose_below(values));
  const auto work = [&](int number) -> task<int> {
    const life one(shop.at_work);
    co_await dawdle();
    if (number == failing) throw error(errc::conflict, disposition::permanent, "one task failed");
    co_return number;
  };
  std::vector<int> came;
  const auto ended = co_await (count_from(0, shop.alive) | map(work) | buffered(shop.limit) |
                               for_each([&](int value) { came.push_back(value); }))
                         .as_result();
  expect(!ended.has_value() && ended.error().is(errc::conflict), "the failure was not told");
  const auto all = counted(0);
  expect(came.size() <= static_cast<std::size_t>(failing) &&
             std::equal(came.begin(), came.end(), all.begin()),
         "a result came after the failure, or out of order");
  expect(shop.at_work == 0 && shop.alive == 0, "work was left behind");
}

}  // namespace

TEST_CASE("results of tasks come in order, with no more at work than the limit") {
  in_many_orders(buffer_in_order);
}

TEST_CASE("results of tasks come as they end, each once, with no more at work than the limit") {
  in_many_orders(buffer_in_any_order);
}

TEST_CASE("a merge gives each value of each source, in the source's order") {
  in_many_orders(merge_three);
}

TEST_CASE("a zip gives pairs of the values with the same place") { in_many_orders(zip_two); }

TEST_CASE("chunks and timeouts by the clock lose no value") { in_many_orders(gather_for_a_time); }

TEST_CASE("a line that is left at any moment leaves no work behind") {
  in_many_orders(leave_early);
}

TEST_CASE("a task that fails ends the line with its error, and leaves no work behind") {
  in_many_orders(fail_in_the_middle);
}

TEST_SUITE_END();
