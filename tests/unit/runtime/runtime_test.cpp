// SPDX-License-Identifier: Apache-2.0
#include "weir/runtime.hpp"

#include <doctest/doctest.h>
#include <pthread.h>
#include <sched.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "failing.hpp"
#include "refuse_system_call.hpp"
#include "weir/call_on.hpp"
#include "weir/manual_reset_event.hpp"
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
  manual_reset_event done;
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
  three.run([&](peers all) -> task<> {
    co_await yield();
    CHECK(all.size() == 3);
    CHECK(&all[all.index()] == &loop::current());
    const std::lock_guard lock(mutex);
    indexes.insert(all.index());
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
  runtime(loops).run([&](peers own) { return take_part(all, own.index(), ready, passed); });
  CHECK(passed == hops);
}

TEST_CASE("the failure of one loop stops the others, and is thrown") {
  std::atomic<int> stopped{0};
  const auto main = [&](peers all) -> task<> {
    if (all.index() == 2) co_await fail_after(3, "of the third");
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
      runtime(2).run([](peers) -> task<> { co_return; });
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

TEST_CASE("where a loop cannot be had no task runs") {
  std::atomic<int> ran{0};
  std::optional<error> failed;
  const char* const before = std::getenv("WEIR_DRIVER");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("WEIR_DRIVER", "neither", 1);
  try {
    runtime(3).run([&](peers) -> task<> {
      ++ran;
      co_return;
    });
  } catch (const error& refused) {
    failed = refused;
  }
  ::setenv("WEIR_DRIVER", kept.c_str(), 1);
  REQUIRE(failed.has_value());
  CHECK(failed->is(errc::invalid_argument));
  CHECK(ran == 0);
}

TEST_CASE("a loop whose task has ended goes on for the calls of the others") {
  std::atomic<bool> first_ended{false};
  runtime(2).run([&](peers all) -> task<> {
    if (all.index() == 0) {
      first_ended = true;
      co_return;
    }
    while (!first_ended) co_await yield();
    loop* const ran_on = co_await call_on(all[0], []() -> task<loop*> {
      co_await sleep(duration(1));
      co_return &loop::current();
    });
    CHECK(ran_on == &all[0]);
  });
}

TEST_CASE("a failure ends also the calls that run on other loops, and they are awaited") {
  std::atomic<bool> begun{false};
  std::atomic<bool> stopped{false};
  const auto main = [&](peers all) -> task<> {
    if (all.index() == 0) {
      while (!begun) co_await yield();
      throw failure("of the first");
    }
    co_await call_on(all[2], [&]() -> task<> {
      begun = true;
      const auto slept = co_await sleep(duration::max()).as_result();
      stopped = !slept.has_value();
    });
  };
  CHECK_THROWS_WITH_AS(runtime(3).run(main), "of the first", error);
  CHECK(stopped);
}

TEST_CASE("threads bear their names, cut to what the kernel takes, and the index") {
  const auto name_of = [](std::string name) {
    std::array<char, 16> own{};
    runtime({.loops = 11, .name = name}).run([&](peers all) -> task<> {
      if (all.index() == 10) pthread_getname_np(pthread_self(), own.data(), own.size());
      co_return;
    });
    return std::string(own.data());
  };
  CHECK(name_of("weir") == "weir-10");
  CHECK(name_of("a-name-that-is-too-long") == "a-name-that--10");
}

TEST_CASE("a pinned loop stays on one processor, of those that the process may use, in turn") {
  cpu_set_t allowed;
  REQUIRE(::sched_getaffinity(0, sizeof allowed, &allowed) == 0);
  std::mutex mutex;
  std::map<int, int> used;
  const int several = CPU_COUNT(&allowed) + 1;
  runtime({.loops = static_cast<std::size_t>(several), .pin = true}).run([&](peers) -> task<> {
    cpu_set_t own;
    CHECK(::sched_getaffinity(0, sizeof own, &own) == 0);
    CHECK(CPU_COUNT(&own) == 1);
    const std::lock_guard lock(mutex);
    ++used[::sched_getcpu()];
    co_return;
  });
  CHECK(static_cast<int>(used.size()) == several - 1);
  for (const auto& entry : used) CHECK(CPU_ISSET(entry.first, &allowed));
}

TEST_SUITE_END();
