// SPDX-License-Identifier: Apache-2.0
#include "weir/task_context.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/stream.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

namespace weir {
namespace {

int alive = 0;

class name final : public task_context {
 public:
  explicit name(std::string text) : text(std::move(text)) { ++alive; }
  const std::string text;

 private:
  ~name() override { --alive; }
};

task_context_ptr make(const char* text) { return task_context_ptr(new name(text)); }

std::string seen() {
  const task_context* const now = current_task_context();
  return now == nullptr ? "none" : static_cast<const name*>(now)->text;
}

task<> look(std::vector<std::string>& into) {
  into.push_back(seen());
  co_return;
}

task<> look_around_yield(std::vector<std::string>& into) {
  into.push_back(seen());
  co_await yield();
  into.push_back(seen());
}

task<> nest(std::vector<std::string>& into) {
  co_await look_around_yield(into);
  co_await with_context(make("inner"), look_around_yield(into));
  co_await look_around_yield(into);
  co_await with_context(task_context_ptr(), look_around_yield(into));
  co_await look(into);
}

task<> spawn_in(scope& children, std::vector<std::string>& into) {
  children.spawn(look_around_yield(into));
  co_return;
}

task<> wait_in_many_ways(std::vector<std::string>& into) {
  co_await with_timeout(std::chrono::seconds(10), look_around_yield(into));
  co_await shield(look_around_yield(into));
  std::vector<std::string> plain, own;  // Who of two is first is open.
  std::vector<task<>> both;
  both.push_back(look_around_yield(plain));
  both.push_back(with_context(make("own"), look_around_yield(own)));
  co_await when_all(std::move(both));
  into.insert(into.end(), plain.begin(), plain.end());
  into.insert(into.end(), own.begin(), own.end());
  into.push_back(seen());
}

task<> fail_later() {
  co_await yield();
  throw error(errc::invalid_argument, disposition::permanent, "as it should");
}

stream<std::string> names() {
  for (int count = 0; count < 2; ++count) {
    co_yield seen();
    co_await yield();
  }
  co_yield seen();
}

task<> take_one(stream<std::string>& from, std::vector<std::string>& into) {
  const std::optional<std::string> next = co_await from.next();
  into.push_back(*next);
}

}  // namespace

TEST_SUITE("runtime.task_context") {
  TEST_CASE("a task runs with its context, and who awaits it with its own again") {
    std::vector<std::string> log;
    const auto all = [](std::vector<std::string>& into) -> task<> {
      co_await look(into);
      co_await with_context(make("outer"), nest(into));
      co_await look_around_yield(into);
    };
    test::run([&] { return all(log); });
    const std::vector<std::string> expected{"none",  "outer", "outer", "inner", "inner", "outer",
                                            "outer", "none",  "none",  "outer", "none",  "none"};
    CHECK(log == expected);
    CHECK(alive == 0);
  }

  TEST_CASE("a spawned task has the context of its spawner and keeps it alive") {
    std::vector<std::string> within, after;
    const auto all = [&]() -> task<> {
      scope children;
      co_await with_context(make("gone"), spawn_in(children, within));
      CHECK(alive == 1);
      children.spawn(look_around_yield(after));
      co_await children.join();
      after.push_back(seen());
    };
    test::run(all);
    CHECK(within == std::vector<std::string>{"gone", "gone"});
    CHECK(after == std::vector<std::string>{"none", "none", "none"});
    CHECK(alive == 0);
  }

  TEST_CASE("a context that is made within a task stands below that task's") {
    const auto parents = [](std::vector<std::string>& into) -> task<> {
      const task_context_ptr made = make("below");
      into.push_back(static_cast<const name*>(made.get()->parent())->text);
      co_await yield();
    };
    std::vector<std::string> log;
    test::run([&] { return with_context(make("above"), parents(log)); });
    CHECK(log == std::vector<std::string>{"above"});
    CHECK(make("alone").get()->parent() == nullptr);
    CHECK(alive == 0);
  }

  TEST_CASE("an error leaves the context behind") {
    std::vector<std::string> log;
    const auto all = [](std::vector<std::string>& into) -> task<> {
      const auto failed = co_await with_context(make("failing"), fail_later()).as_result();
      into.push_back(failed ? "no error" : seen());
      co_await look_around_yield(into);
    };
    test::run([&] { return all(log); });
    CHECK(log == std::vector<std::string>{"none", "none", "none"});
    CHECK(alive == 0);
  }

  TEST_CASE("limits, and tasks beside each other, have the context around them") {
    std::vector<std::string> log;
    test::run([&log] { return with_context(make("all"), wait_in_many_ways(log)); });
    const std::vector<std::string> expected{"all", "all", "all", "all", "all",
                                            "all", "own", "own", "all"};
    CHECK(log == expected);
    CHECK(alive == 0);
  }

  TEST_CASE("a stream makes each value with the context of who awaits it") {
    std::vector<std::string> log;
    const auto all = [](std::vector<std::string>& into) -> task<> {
      stream<std::string> source = names();
      co_await with_context(make("first"), take_one(source, into));
      co_await with_context(make("second"), take_one(source, into));
      co_await take_one(source, into);
    };
    test::run([&] { return all(log); });
    CHECK(log == std::vector<std::string>{"first", "second", "none"});
    CHECK(alive == 0);
  }
}

}  // namespace weir
