// SPDX-License-Identifier: Apache-2.0
#include "weir/when_all.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "failing.hpp"
#include "run.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.when_all");

namespace {

task<int> after(duration wait, int value) {
  co_await sleep(wait);
  co_return value;
}

task<std::unique_ptr<int>> owned(int value) {
  co_await yield();
  co_return std::make_unique<int>(value);
}

task<> nothing() { co_await yield(); }

task<> note_stop(bool& stopped) {
  const auto slept = co_await sleep(1h).as_result();
  stopped = !slept.has_value();
  slept.value();
}

}  // namespace

TEST_CASE("the values come in the order of the tasks, whichever ended first") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    const auto values = co_await when_all(after(3s, 1), owned(2), nothing());
    CHECK(std::get<0>(values) == 1);
    CHECK(*std::get<1>(values) == 2);
    CHECK(std::get<2>(values) == std::monostate{});
    CHECK(loop::current().now() - start == 3s);
  });
}

TEST_CASE("a vector of tasks gives a vector of values") {
  run_virtually([]() -> task<> {
    std::vector<task<int>> work;
    for (int index = 0; index < 50; ++index) work.push_back(after(1s * (50 - index), index));
    const auto values = co_await when_all(std::move(work));
    REQUIRE(values.size() == 50);
    for (int index = 0; index < 50; ++index)
      CHECK(values[static_cast<std::size_t>(index)] == index);
  });
}

TEST_CASE("no tasks give no values") {
  run_virtually([]() -> task<> {
    CHECK((co_await when_all(std::vector<task<>>())).empty());
    CHECK(co_await when_all() == std::tuple<>());
  });
}

TEST_CASE("the first failure stops the others and is thrown when they have ended") {
  run_virtually([]() -> task<> {
    bool stopped = false;
    const auto failed =
        co_await when_all(note_stop(stopped), fail_after(2, "first"), fail_after(9, "second"))
            .as_result();
    CHECK(failed.error().message() == "first");
    CHECK(stopped);
  });
}

TEST_CASE("a failure in a vector of tasks stops the others too") {
  run_virtually([]() -> task<> {
    bool stopped = false;
    std::vector<task<>> work;
    work.push_back(note_stop(stopped));
    work.push_back(fail_after(1, "of the second"));
    const auto failed = co_await when_all(std::move(work)).as_result();
    CHECK(failed.error().message() == "of the second");
    CHECK(stopped);
  });
}

TEST_CASE("cancelled from outside, it throws when the tasks have ended") {
  run_virtually([]() -> task<> {
    bool stopped = false;
    const auto late =
        co_await with_timeout(1s, when_all(note_stop(stopped), after(2h, 1))).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(stopped);
  });
}

TEST_CASE("cancelled from outside, it keeps the values where all were done after all") {
  run_virtually([]() -> task<> {
    const auto values =
        co_await with_timeout(1s, when_all(shield(after(2s, 1)), shield(after(3s, 2))));
    CHECK(values == std::tuple(1, 2));
  });
}

TEST_SUITE_END();
