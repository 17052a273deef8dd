// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/guarded.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "calls.hpp"
#include "run.hpp"
#include "weir/resilience/bulkhead.hpp"
#include "weir/resilience/circuit_breaker.hpp"
#include "weir/resilience/load_shed.hpp"
#include "weir/resilience/rate_limit.hpp"
#include "weir/resilience/retry.hpp"
#include "weir/resilience/time_limit.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.guarded");

namespace {

/// A guard of a user's own, which notes when it is passed.
class noting_guard {
 public:
  noting_guard(std::string name, std::vector<std::string>& notes)
      : name_(std::move(name)), notes_(&notes) {}

  template <class Work>
  std::invoke_result_t<Work&> run(Work work) const {
    notes_->push_back("into " + name_);
    const auto value = co_await work();
    notes_->push_back("out of " + name_);
    co_return value;
  }
  std::string describe() const { return name_; }

 private:
  std::string name_;
  std::vector<std::string>* notes_;
};

}  // namespace

TEST_CASE("the first guard is the outermost") {
  run([]() -> task<> {
    std::vector<std::string> notes;
    const auto chain = guarded(noting_guard("a", notes), noting_guard("b", notes));
    CHECK(co_await chain.run([] { return succeed(7); }) == 7);
    CHECK(notes == std::vector<std::string>{"into a", "into b", "out of b", "out of a"});
  });
}

TEST_CASE("a retry passes the guards inside it anew with each attempt") {
  run([]() -> task<> {
    std::vector<std::string> notes;
    const auto chain = guarded(retry_policy(3, fixed(0s)), noting_guard("a", notes));
    int calls = 0;
    const auto ask = [&calls]() -> task<int> {
      co_await yield();
      if (++calls < 3) throw refused();
      co_return calls;
    };
    CHECK(co_await chain.run(ask) == 3);
    CHECK(notes == std::vector<std::string>{"into a", "into a", "into a", "out of a"});
  });
}

TEST_CASE("a breaker within a retry counts each attempt, around it the whole") {
  run([]() -> task<> {
    breaker_options options;
    options.consecutive_failures = 2;
    circuit_breaker inside(options);
    circuit_breaker around(options);
    const retry_policy twice(2, fixed(0s));
    const auto fail = [] { return fail_with(refused()); };
    static_cast<void>(co_await guarded(twice, inside).run(fail).as_result());
    static_cast<void>(co_await guarded(around, twice).run(fail).as_result());
    CHECK(inside.state() == breaker_state::open);
    CHECK(around.state() == breaker_state::closed);
  });
}

TEST_CASE("guards with a state are shared by all chains that name them") {
  run([]() -> task<> {
    load_shed shared("shared", 1);
    const auto one = guarded(retry_policy(1), shared);
    const auto other = guarded(shared, time_limit(1h));
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([&]() -> task<> { co_await one.run([] { return sleep(1h); }); });
      while (shared.in_flight() == 0) co_await yield();
      const auto refusal = co_await other.run([] { return succeed(); }).as_result();
      CHECK(refusal.error().is(errc::limit_exceeded));
    });
    CHECK(co_await other.run([] { return succeed(); }) == 42);
  });
}

TEST_CASE("a time limit within a breaker makes slow calls failures, around it they are none") {
  run_virtually([]() -> task<> {
    breaker_options options;
    options.consecutive_failures = 1;
    circuit_breaker breaker(options);
    const auto slow = [] { return answer_after(1h); };
    const auto around = co_await guarded(time_limit(1s), breaker).run(slow).as_result();
    CHECK(around.error().is(errc::deadline_exceeded));
    CHECK(breaker.state() == breaker_state::closed);
    const auto inside = co_await guarded(breaker, time_limit(1s)).run(slow).as_result();
    CHECK(inside.error().is(errc::deadline_exceeded));
    CHECK(breaker.state() == breaker_state::open);
  });
}

TEST_CASE("a cancellation goes through all guards, and leaves nothing behind in them") {
  run([]() -> task<> {
    circuit_breaker breaker({});
    bulkhead places({.at_once = 1});
    load_shed shed("shed", 1);
    rate_limit rate({});
    const auto chain = guarded(retry_policy(3), breaker, places, shed, rate, time_limit(1h));
    bool cancelled = false;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([&]() -> task<> {
        const auto ended = co_await chain.run([] { return answer_after(1h); }).as_result();
        cancelled = !ended.has_value() && ended.error().is_cancelled();
      });
      while (places.in_use() == 0) co_await yield();
    });
    CHECK(cancelled);
    CHECK(places.in_use() == 0);
    CHECK(shed.in_flight() == 0);
    CHECK(rate.waiting() == 0);
    CHECK(breaker.state() == breaker_state::closed);
  });
}

TEST_CASE("values that can only be moved, and closures that are coroutines, go through") {
  run([]() -> task<> {
    const auto inner = guarded(retry_policy(2, fixed(0s)), time_limit(1h));
    const auto chain = guarded(inner, time_limit(1h));
    const std::string kept = "kept as long as the call";
    const auto value = co_await chain.run([kept]() -> task<std::unique_ptr<std::string>> {
      co_await yield();
      co_return std::make_unique<std::string>(kept);
    });
    CHECK(*value == kept);
  });
}

TEST_CASE("a chain says what it is made of, the outermost first") {
  run([]() -> task<> {
    circuit_breaker breaker({.name = "payments"});
    bulkhead places({.at_once = 8});
    const auto chain = guarded(retry_policy(3, exponential(1s, 5min).full_jitter()), breaker,
                               places, time_limit(2s));
    CHECK(chain.describe() ==
          "retry, 3 attempts, exponential 1s..5min, full jitter -> breaker 'payments', 5 failures "
          "in a row, open exponential 5s..1min -> at most 8 at a time, none waits -> 2s");
    co_return;
  });
}

TEST_SUITE_END();
