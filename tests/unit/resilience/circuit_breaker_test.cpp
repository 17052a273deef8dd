// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/circuit_breaker.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "calls.hpp"
#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.circuit_breaker");

namespace {

breaker_options opens_after(std::size_t failures) {
  breaker_options options;
  options.name = "payments";
  options.consecutive_failures = failures;
  options.open_for = exponential(10s, 40s);
  return options;
}

task<> fail_times(circuit_breaker& breaker, int times) {
  for (int time = 0; time < times; ++time) {
    static_cast<void>(co_await breaker.run(fail_with(refused())).as_result());
  }
}

/// A breaker's state as its listener was told.
void note(const breaker_change& change, std::vector<std::string>& told) {
  told.push_back(std::string(to_string(change.from)) + " to " + std::string(to_string(change.to)) +
                 ": " + std::string(change.why));
}

}  // namespace

TEST_CASE("failures in a row open it, and calls are refused without being begun") {
  run_virtually([]() -> task<> {
    circuit_breaker breaker(opens_after(3));
    co_await fail_times(breaker, 3);
    CHECK(breaker.state() == breaker_state::open);

    bool begun = false;
    const auto refusal = co_await breaker
                             .run([&begun] {
                               begun = true;
                               return succeed();
                             })
                             .as_result();
    CHECK_FALSE(begun);
    REQUIRE_FALSE(refusal.has_value());
    CHECK(refusal.error().is(errc::unavailable));
    CHECK(refusal.error().disposition() == disposition::retry);
    CHECK(refusal.error().message() ==
          "circuit breaker 'payments' is open after 3 failures in a row, the last: connection "
          "refused; the next call is let through in 10s");
  });
}

TEST_CASE("a success begins the row anew") {
  run_virtually([]() -> task<> {
    circuit_breaker breaker(opens_after(3));
    co_await fail_times(breaker, 2);
    CHECK(co_await breaker.run(succeed()) == 42);
    co_await fail_times(breaker, 2);
    CHECK(breaker.state() == breaker_state::closed);
  });
}

TEST_CASE("cancellations, errors for good and bounds of the program are no failures") {
  run_virtually([]() -> task<> {
    circuit_breaker breaker(opens_after(1));
    for (const error& why : {error::cancelled(), nonsense(),
                             error(errc::limit_exceeded, disposition::retry, "queue full"),
                             error(errc::invalid_input, disposition::poison, "no JSON")}) {
      static_cast<void>(co_await breaker.run(fail_with(why)).as_result());
      CHECK(breaker.state() == breaker_state::closed);
    }
  });
}

TEST_CASE("which errors count is the owner's to say, but a cancellation never does") {
  run_virtually([]() -> task<> {
    auto options = opens_after(1);
    options.counts = [](const error&) { return true; };
    circuit_breaker breaker(std::move(options));
    static_cast<void>(co_await breaker.run(fail_with(error::cancelled())).as_result());
    CHECK(breaker.state() == breaker_state::closed);
    static_cast<void>(co_await breaker.run(fail_with(nonsense())).as_result());
    CHECK(breaker.state() == breaker_state::open);
  });
}

TEST_CASE("a part of the calls in the window opens it, if there were enough calls") {
  run_virtually([]() -> task<> {
    breaker_options options;
    options.consecutive_failures = 0;
    options.failure_ratio = 0.5;
    options.window = 10s;
    options.calls_min = 6;
    circuit_breaker breaker(std::move(options));
    co_await fail_times(breaker, 5);
    CHECK(breaker.state() == breaker_state::closed);  // 5 of 5, which are too few.
    co_await sleep(1min);
    for (int calls = 0; calls < 4; ++calls) co_await breaker.run(succeed());
    co_await fail_times(breaker, 3);
    CHECK(breaker.state() == breaker_state::closed);  // 3 of 7: those before are forgotten.
    co_await fail_times(breaker, 1);
    CHECK(breaker.state() == breaker_state::open);
  });
}

TEST_CASE("when it closes it begins anew: what failed before is forgotten") {
  run_virtually([]() -> task<> {
    breaker_options options;
    options.consecutive_failures = 0;
    options.failure_ratio = 0.5;
    options.window = 1h;
    options.calls_min = 4;
    circuit_breaker breaker(std::move(options));
    co_await fail_times(breaker, 4);
    CHECK(breaker.state() == breaker_state::open);
    co_await breaker.wait_admitting();
    co_await breaker.run(succeed());
    co_await fail_times(breaker, 3);
    CHECK(breaker.state() == breaker_state::closed);
    co_await fail_times(breaker, 1);
    CHECK(breaker.state() == breaker_state::open);
  });
}

TEST_CASE("after its time so many probes as it says go through, and close it when all succeed") {
  run_virtually([]() -> task<> {
    auto options = opens_after(1);
    options.probes = 2;
    std::vector<std::string> told;
    options.on_change = [&told](const breaker_change& change) { note(change, told); };
    circuit_breaker breaker(std::move(options));
    co_await fail_times(breaker, 1);
    co_await sleep(10s - 1ns);
    CHECK_FALSE(breaker.admits());
    co_await sleep(1ns);
    CHECK(breaker.admits());

    auto first = breaker.admit();
    auto second = breaker.admit();
    CHECK(breaker.state() == breaker_state::half_open);
    CHECK_FALSE(breaker.admits());
    CHECK_FALSE(breaker.try_admit().has_value());
    const auto third = co_await breaker.run(succeed()).as_result();
    CHECK(error_text(third) ==
          "circuit breaker 'payments' is half open; the next call is let through when those that "
          "probe have succeeded");
    first.record_success();
    CHECK_FALSE(breaker.admits());
    second.record_success();
    CHECK(breaker.state() == breaker_state::closed);
    CHECK(told == std::vector<std::string>{
                      "closed to open: 1 failure in a row, the last: connection refused",
                      "open to half open: it was open for 10s",
                      "half open to closed: 2 probes succeeded"});
  });
}

TEST_CASE("a failing probe opens it again, for longer each time, until it was closed") {
  run_virtually([]() -> task<> {
    auto options = opens_after(2);
    std::vector<duration> open_for;
    options.on_change = [&open_for](const breaker_change& change) {
      if (change.to == breaker_state::open) open_for.push_back(change.open_for);
    };
    circuit_breaker breaker(std::move(options));
    co_await fail_times(breaker, 2);
    for (int probes = 0; probes < 3; ++probes) {
      co_await breaker.wait_admitting();
      co_await fail_times(breaker, 1);
    }
    co_await breaker.wait_admitting();
    co_await breaker.run(succeed());
    co_await fail_times(breaker, 2);
    CHECK(open_for == std::vector<duration>{10s, 20s, 40s, 40s, 10s});
  });
}

TEST_CASE("a probe that is cancelled, or fails for its own reason, gives its place back") {
  run_virtually([]() -> task<> {
    circuit_breaker breaker(opens_after(1));
    co_await fail_times(breaker, 1);
    co_await sleep(10s);

    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([&]() -> task<> { co_await breaker.run(answer_after(1h)); });
      co_await yield();
      CHECK_FALSE(breaker.admits());
    });
    CHECK(breaker.state() == breaker_state::half_open);
    CHECK(breaker.admits());
    static_cast<void>(co_await breaker.run(fail_with(nonsense())).as_result());
    CHECK(breaker.admits());
    {
      const auto untold = breaker.admit();
    }
    CHECK(breaker.admits());
    CHECK(co_await breaker.run(succeed()) == 42);
    CHECK(breaker.state() == breaker_state::closed);
  });
}

TEST_CASE("what a call of an earlier state tells is not counted") {
  run_virtually([]() -> task<> {
    circuit_breaker breaker(opens_after(1));
    auto late_success = breaker.admit();
    auto late_failure = breaker.admit();
    auto late_cancel = std::optional(breaker.admit());
    co_await fail_times(breaker, 1);
    co_await sleep(10s);
    auto probe = breaker.admit();
    late_success.record_success();
    late_failure.record_failure(refused());
    late_cancel.reset();
    CHECK(breaker.state() == breaker_state::half_open);
    CHECK_FALSE(breaker.admits());
    probe.record_success();
    CHECK(breaker.state() == breaker_state::closed);
  });
}

TEST_CASE("who waits for admission goes on when the breaker's time is over") {
  run_virtually([]() -> task<> {
    circuit_breaker breaker(opens_after(1));
    co_await breaker.wait_admitting();
    co_await fail_times(breaker, 1);
    const time_point start = loop::current().now();
    co_await breaker.wait_admitting();
    CHECK(loop::current().now() - start == 10s);
  });
}

TEST_CASE(
    "who waits while it is half open goes on when a probe's place is free, or it has closed") {
  run_virtually([]() -> task<> {
    circuit_breaker breaker(opens_after(1));
    co_await fail_times(breaker, 1);
    const time_point start = loop::current().now();
    co_await sleep(10s);
    std::vector<duration> when;
    co_await with_scope([&](scope& children) -> task<> {
      auto probe = std::optional(breaker.admit());
      children.spawn([&]() -> task<> {
        co_await breaker.wait_admitting();
        when.push_back(loop::current().now() - start);
        auto next = breaker.admit();
        co_await sleep(5s);
        next.record_failure(refused());
        co_await breaker.wait_admitting();
        when.push_back(loop::current().now() - start);
      });
      children.spawn([&]() -> task<> {
        co_await sleep(2s);  // Comes when another one probes, and sleeps through the next opening.
        co_await breaker.wait_admitting();
        when.push_back(loop::current().now() - start);
      });
      co_await sleep(1s);
      probe.reset();
      co_await children.join();
    });
    CHECK(when == std::vector<duration>{11s, 36s, 36s});
  });
}

TEST_CASE("the wait for admission ends when it is cancelled, open or half open") {
  run_virtually([]() -> task<> {
    circuit_breaker breaker(opens_after(1));
    co_await fail_times(breaker, 1);
    const auto open = co_await with_timeout(1s, breaker.wait_admitting()).as_result();
    CHECK(open.error().is(errc::deadline_exceeded));
    co_await breaker.wait_admitting();
    auto probe = breaker.admit();
    const auto half_open = co_await with_timeout(1s, breaker.wait_admitting()).as_result();
    CHECK(half_open.error().is(errc::deadline_exceeded));
    probe.record_success();
    co_await breaker.wait_admitting();
    CHECK(loop::current().timers().empty());
  });
}

TEST_CASE("a breaker says what it does, and refuses what cannot work") {
  breaker_options options;
  options.name = "payments";
  CHECK(circuit_breaker(options).describe() ==
        "breaker 'payments', 5 failures in a row, open exponential 5s..1min");
  options.failure_ratio = 0.5;
  CHECK(circuit_breaker(options).describe() ==
        "breaker 'payments', 5 failures in a row or 50 % of at least 20 calls in 10s, open "
        "exponential 5s..1min");
  options.consecutive_failures = 0;
  CHECK_NOTHROW(circuit_breaker{options});
  options.failure_ratio = 1.1;
  CHECK_THROWS_AS(circuit_breaker{options}, error);
  options.failure_ratio = 0;
  CHECK_THROWS_AS(circuit_breaker{options}, error);
  options = {};
  options.probes = 0;
  CHECK_THROWS_AS(circuit_breaker{options}, error);
  options = {};
  options.counts = nullptr;
  CHECK_THROWS_AS(circuit_breaker{options}, error);
  options = {};
  options.window = 0s;
  CHECK_THROWS_AS(circuit_breaker{options}, error);
}

TEST_SUITE_END();
