// SPDX-License-Identifier: Apache-2.0
#include "weir/once.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "failing.hpp"
#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.once");

namespace {

/// Makes a text after a second; counts how often it began.
task<std::string> make_slowly(std::string text, int& begun) {
  ++begun;
  co_await sleep(1s);
  co_return text;
}

task<std::string> ask(once<std::string>& shared, std::string mine, int& begun) {
  co_return *co_await shared.get([&] { return make_slowly(mine, begun); });
}

task<> fail_slowly(int& begun) {
  ++begun;
  co_await sleep(1s);
  throw failure("cannot be made");
}

}  // namespace

TEST_CASE("the first to ask makes the value, those who ask meanwhile get the same one") {
  run_virtually([]() -> task<> {
    once<std::string> shared;
    int begun = 0;
    CHECK(shared.get_if() == nullptr);
    const time_point start = loop::current().now();
    const auto all = co_await when_all(ask(shared, "first", begun), ask(shared, "second", begun),
                                       ask(shared, "third", begun));
    CHECK(all == std::tuple<std::string, std::string, std::string>("first", "first", "first"));
    CHECK(begun == 1);
    CHECK(loop::current().now() - start == 1s);
    REQUIRE(shared.get_if() != nullptr);
    CHECK(*shared.get_if() == "first");
  });
}

TEST_CASE("once the value is there it is given at once, and stays where it is") {
  run_virtually([]() -> task<> {
    once<std::unique_ptr<int>> shared;
    const auto make = [] { return value_after(1, std::make_unique<int>(5)); };
    const auto* first = co_await shared.get(make);
    const std::uint64_t turns = loop::current().counters().turns;
    CHECK(co_await shared.get(make) == first);
    CHECK(loop::current().counters().turns == turns);
    CHECK(**first == 5);
  });
}

TEST_CASE("who fails gets the error, and the next in the queue tries") {
  run_virtually([]() -> task<> {
    once<> done;
    int begun = 0;
    std::vector<std::string> outcomes;
    const auto attempt = [&](int succeeds_as) -> task<> {
      const auto outcome = co_await done
                               .get([&]() -> task<> {
                                 if (begun + 1 < succeeds_as) return fail_slowly(begun);
                                 return [](int& count) -> task<> {
                                   ++count;
                                   co_await yield();
                                 }(begun);
                               })
                               .as_result();
      outcomes.push_back(outcome.has_value() ? "done" : outcome.error().message());
    };
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 4; ++count) children.spawn(attempt(3));
      co_await children.join();
    });
    CHECK(begun == 3);
    CHECK(outcomes == std::vector<std::string>{"cannot be made", "cannot be made", "done", "done"});
    CHECK(done.get_if() != nullptr);
  });
}

TEST_CASE("who is cancelled while making it leaves it to the next") {
  run_virtually([]() -> task<> {
    once<std::string> shared;
    int begun = 0;
    std::string received;
    co_await with_scope([&](scope& children) -> task<> {
      scope stopped;
      stopped.spawn([](once<std::string>& from, int& count) -> task<> {
        static_cast<void>(co_await ask(from, "stopped", count));
      }(shared, begun));
      co_await yield();
      children.spawn([](once<std::string>& from, int& count, std::string& text) -> task<> {
        text = co_await ask(from, "next", count);
      }(shared, begun, received));
      co_await yield();
      co_await stopped.close();
      co_await children.join();
    });
    CHECK(received == "next");
    CHECK(begun == 2);
  });
}

TEST_CASE("who is cancelled while waiting for it stops nobody else") {
  run_virtually([]() -> task<> {
    once<std::string> shared;
    int begun = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](once<std::string>& from, int& count) -> task<> {
        CHECK(co_await ask(from, "first", count) == "first");
      }(shared, begun));
      co_await yield();
      const auto late = co_await with_timeout(1ms, ask(shared, "second", begun)).as_result();
      CHECK(late.error().is(errc::deadline_exceeded));
      co_await children.join();
    });
    CHECK(begun == 1);
  });
}

TEST_SUITE_END();
