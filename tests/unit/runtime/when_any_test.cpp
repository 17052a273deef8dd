// SPDX-License-Identifier: Apache-2.0
#include "weir/when_any.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "death.hpp"
#include "failing.hpp"
#include "run.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.when_any");

namespace {

task<int> after(duration wait, int value) {
  co_await sleep(wait);
  co_return value;
}

task<std::unique_ptr<int>> owned_after(duration wait, int value) {
  co_await sleep(wait);
  co_return std::make_unique<int>(value);
}

task<> until_stopped(bool& stopped) {
  const auto slept = co_await sleep(1h).as_result();
  stopped = !slept.has_value();
}

}  // namespace

TEST_CASE("the first to end decides, and the index says which it was") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    const auto first = co_await when_any(after(3s, 1), owned_after(1s, 2), after(2s, 3));
    REQUIRE(first.index() == 1);
    CHECK(*std::get<1>(first) == 2);
    CHECK(loop::current().now() - start == 1s);
  });
}

TEST_CASE("the losers are cancelled and awaited") {
  run_virtually([]() -> task<> {
    bool stopped = false;
    const auto first = co_await when_any(until_stopped(stopped), after(1s, 1));
    CHECK(first.index() == 1);
    CHECK(stopped);
    CHECK(loop::current().timers().empty());
  });
}

TEST_CASE("the error of the first to end is thrown, that of a loser is not") {
  run_virtually([]() -> task<> {
    const auto failed = co_await when_any(after(1s, 1), fail_after(1, "the winner's")).as_result();
    CHECK(failed.error().message() == "the winner's");

    const auto loser = []() -> task<> {
      static_cast<void>(co_await sleep(1h).as_result());
      throw failure("the loser's");
    };
    const auto won = co_await when_any(loser(), after(1s, 1));
    CHECK(won.index() == 1);
  });
}

TEST_CASE("a void task that wins gives monostate") {
  run_virtually([]() -> task<> {
    const auto first = co_await when_any(as_task(sleep(1s)), after(2s, 1));
    CHECK(first.index() == 0);
  });
}

TEST_CASE("tasks of one type are told apart by their index") {
  run_virtually([]() -> task<> {
    const auto first = co_await when_any(after(2s, 5), after(1s, 5));
    CHECK(first.index() == 1);
  });
}

TEST_CASE("cancelled from outside, it throws") {
  run_virtually([]() -> task<> {
    const auto late = co_await with_timeout(1s, when_any(after(2s, 1), after(3s, 2))).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
  });
}

TEST_CASE("of a vector of tasks the first to end decides, and the others are cancelled") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    std::vector<task<std::unique_ptr<int>>> work;
    for (int value = 0; value < 5; ++value) work.push_back(owned_after((5 - value) * 1s, value));
    const auto first = co_await when_any(std::move(work));
    CHECK(first.index == 4);
    CHECK(*first.value == 4);
    CHECK(loop::current().now() - start == 1s);
    CHECK(loop::current().timers().empty());

    std::vector<task<>> one;
    one.push_back(as_task(sleep(1s)));
    CHECK((co_await when_any(std::move(one))).index == 0);
  });
}

TEST_CASE("the error of the first of a vector is thrown") {
  run_virtually([]() -> task<> {
    std::vector<task<>> work;
    work.push_back(fail_after(5, "a loser's"));
    work.push_back(fail_after(1, "the winner's"));
    const auto failed = co_await when_any(std::move(work)).as_result();
    CHECK(failed.error().message() == "the winner's");
  });
}

TEST_CASE("a race without tasks cannot end, and is refused") {
  const std::string said =
      death_of([] { run_virtually([]() -> task<> { co_await when_any(std::vector<task<>>()); }); });
  CHECK(said.find("!work.empty()") != std::string::npos);
}

TEST_SUITE_END();
