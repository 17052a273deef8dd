// SPDX-License-Identifier: Apache-2.0
#include "weir/runtime.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "failing.hpp"
#include "refuse_system_call.hpp"
#include "weir/event.hpp"
#include "weir/sleep.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.runtime");

namespace {

constexpr std::size_t loops = 4;
constexpr int hops = 2'000;

/// A loop that takes part in the passing round of a number.
struct station {
  std::atomic<loop*> home{nullptr};
  event done;
};

using stations = std::array<station, loops>;

/// Runs on the loop `at`: passes the count on, and at the end tells every loop.
void pass_on(stations& all, std::size_t at, int left, std::atomic<int>& passed) {
  if (left == 0) {
    for (auto& one : all) {
      one.home.load()->post([&one] { one.done.set(); });
    }
    return;
  }
  ++passed;
  const std::size_t next = (at + 1) % loops;
  all[next].home.load()->post(
      [&all, next, left, &passed] { pass_on(all, next, left - 1, passed); });
}

task<> take_part(stations& all, std::size_t index, std::atomic<std::size_t>& ready,
                 std::atomic<int>& passed) {
  all[index].home = &loop::current();
  if (++ready == loops) pass_on(all, index, hops, passed);
  co_await all[index].done.wait();
}

}  // namespace

TEST_CASE("every index runs once, each on a thread and a loop of its own") {
  std::mutex mutex;
  std::set<std::size_t> indexes;
  std::set<std::thread::id> threads;
  runtime three(3);
  CHECK(three.size() == 3);
  three.run([&](std::size_t index) -> task<> {
    co_await yield();
    const std::lock_guard lock(mutex);
    indexes.insert(index);
    threads.insert(std::this_thread::get_id());
  });
  CHECK(indexes == std::set<std::size_t>{0, 1, 2});
  CHECK(threads.size() == 3);
}

TEST_CASE("zero loops means one a processor") {
  CHECK(runtime(0).size() == std::max(1U, std::thread::hardware_concurrency()));
}

TEST_CASE("loops pass work to each other by post, and none is lost") {
  stations all;
  std::atomic<std::size_t> ready{0};
  std::atomic<int> passed{0};
  runtime(loops).run([&](std::size_t index) { return take_part(all, index, ready, passed); });
  CHECK(passed == hops);
}

TEST_CASE("the failure of one loop stops the others, and is thrown") {
  std::atomic<int> stopped{0};
  const auto main = [&](std::size_t index) -> task<> {
    if (index == 2) co_await fail_after(3, "of the third");
    const auto slept = co_await sleep(duration::max()).as_result();
    if (!slept.has_value()) ++stopped;
    slept.value();
  };
  CHECK_THROWS_WITH_AS(runtime(loops).run(main), "of the third", error);
  CHECK(stopped <= 3);
}

TEST_CASE("an exception out of the function that makes the tasks stops the others too") {
  const auto main = [](std::size_t index) -> task<> {
    if (index == 1) throw failure("no task here");
    return []() -> task<> { co_await sleep(duration::max()); }();
  };
  CHECK_THROWS_WITH_AS(runtime(3).run(main), "no task here", error);
}

TEST_CASE("where no thread can be started run() fails, and says what to look at") {
  bool filtered = false;
  std::optional<error> failed;
  std::thread([&] {
    filtered = refuse_threads();
    try {
      runtime(2).run([](std::size_t) -> task<> { co_return; });
    } catch (const error& refused) {
      failed = refused;
    }
  }).join();
  REQUIRE(filtered);
  REQUIRE(failed.has_value());
  CHECK(failed->code() == std::errc::resource_unavailable_try_again);
  CHECK(failed->disposition() == disposition::retry);
  CHECK(failed->message().find("each of 2 loops") != std::string::npos);
  CHECK(failed->message().find("ulimit -u") != std::string::npos);
}

TEST_SUITE_END();
