// SPDX-License-Identifier: Apache-2.0
#include "weir/task.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "death.hpp"
#include "failing.hpp"
#include "run.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.task");

namespace {

constexpr int ready_awaits = 10'000'000;
constexpr int nesting = 2'000;  // frames of the stack: each await of a task costs some

task<int> ready_value(int value) { co_return value; }

task<int> nested(int depth, bool suspend) {
  if (depth == 0) {
    if (suspend) co_await yield();
    co_return 0;
  }
  co_return 1 + co_await nested(depth - 1, suspend);
}

task<> set_when_run(bool& ran) {
  ran = true;
  co_return;
}

task<int> throw_runtime_error() {
  throw std::runtime_error("of the standard library");
  co_return 0;
}

}  // namespace

TEST_CASE("ten million awaits that complete at once do not grow the stack") {
  const std::int64_t sum = run([]() -> task<std::int64_t> {
    std::int64_t total = 0;
    for (int count = 0; count < ready_awaits; ++count) total += co_await ready_value(1);
    co_return total;
  });
  CHECK(sum == ready_awaits);
}

TEST_CASE("tasks that suspend again and again do not grow the stack") {
  const int sum = run([]() -> task<int> {
    int total = 0;
    for (int count = 0; count < 100'000; ++count) total += co_await value_after(1, 1);
    co_return total;
  });
  CHECK(sum == 100'000);
}

TEST_CASE("deeply nested awaits complete, at once or after a suspension") {
  CHECK(run([]() -> task<int> { co_return co_await nested(nesting, false); }) == nesting);
  CHECK(run([]() -> task<int> { co_return co_await nested(nesting, true); }) == nesting);
}

TEST_CASE("a task does not run before it is awaited") {
  bool ran = false;
  run([&]() -> task<> {
    task<> lazy = set_when_run(ran);
    CHECK_FALSE(ran);
    co_await std::move(lazy);
    CHECK(ran);
  });
}

TEST_CASE("a task that is never awaited never runs, and frees its frame and arguments") {
  bool ran = false;
  const auto witness = std::make_shared<int>(1);
  {
    task<> dropped = [](std::shared_ptr<int>, bool& flag) -> task<> {
      flag = true;
      co_return;
    }(witness, ran);
    CHECK(witness.use_count() == 2);
  }
  CHECK(witness.use_count() == 1);
  CHECK_FALSE(ran);
}

TEST_CASE("an exception of any type reaches the one who awaits") {
  run([]() -> task<> {
    std::string text;
    try {
      co_await throw_runtime_error();
    } catch (const std::runtime_error& caught) {
      text = caught.what();
    }
    CHECK(text == "of the standard library");
  });
}

TEST_CASE("as_result gives a value or an error, and never throws") {
  run([]() -> task<> {
    const auto good = co_await ready_value(7).as_result();
    REQUIRE(good.has_value());
    CHECK(*good == 7);

    const auto bad = co_await fail_after(1, "as planned").as_result();
    REQUIRE_FALSE(bad.has_value());
    CHECK(bad.error().message() == "as planned");

    const auto foreign = co_await throw_runtime_error().as_result();
    REQUIRE_FALSE(foreign.has_value());
    CHECK(foreign.error().is(errc::unhandled_exception));
    CHECK(foreign.error().message() == "of the standard library");
  });
}

TEST_CASE("a value that can only be moved comes out of a task") {
  const auto value = run([]() -> task<std::unique_ptr<int>> {
    co_await yield();
    co_return std::make_unique<int>(4);
  });
  REQUIRE(value != nullptr);
  CHECK(*value == 4);
}

TEST_CASE("run() gives the exception of its task") {
  CHECK_THROWS_WITH_AS(run([]() -> task<> { return fail_after(2, "out of run"); }), "out of run",
                       error);
}

TEST_CASE("a task that has ended frees what its frame owned, also after a suspension") {
  const auto witness = std::make_shared<int>(1);
  run([&]() -> task<> {
    co_await [](std::shared_ptr<int>) -> task<> { co_await yield(); }(witness);
    CHECK(witness.use_count() == 1);
  });
  CHECK(witness.use_count() == 1);
}

TEST_CASE("to destroy a task between its start and its end is an assertion") {
  const std::string text = death_of([] {
    run([]() -> task<> {
      task<> started = []() -> task<> {
        for (;;) co_await yield();
      }();
      started.handle().promise().start_for(
          started.handle(), std::coroutine_handle<detail::task_promise<void>>::from_promise(
                                started.handle().promise()));
      {
        const task<> destroyed = std::move(started);
      }
      co_return;
    });
  });
  CHECK(text.find("assertion failed") != std::string::npos);
}

TEST_CASE("to await a task twice is an assertion") {
  const std::string text = death_of([] {
    run([]() -> task<> {
      task<int> once = ready_value(1);
      co_await std::move(once);
      co_await std::move(once);
    });
  });
  CHECK(text.find("assertion failed") != std::string::npos);
}

TEST_SUITE_END();
