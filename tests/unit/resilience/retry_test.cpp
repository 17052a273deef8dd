// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/retry.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "calls.hpp"
#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.retry");

namespace {

/// Fails with each error in turn, then succeeds; notes when it was called.
struct script {
  explicit script(std::vector<error> to_throw = {}) : failures(std::move(to_throw)) {}

  std::vector<error> failures;
  std::vector<duration> when;
  time_point start = loop::current().now();

  task<int> operator()() {
    when.push_back(loop::current().now() - start);
    if (when.size() <= failures.size()) return fail_with(failures[when.size() - 1]);
    return succeed();
  }
};

/// An error that is more than a weir::error.
struct table_missing final : error {
  table_missing() : error(errc::not_found, disposition::permanent, "no table") {}
};

}  // namespace

TEST_CASE("what succeeds at once is done once") {
  run_virtually([]() -> task<> {
    script calls;
    CHECK(co_await retry(retry_policy(3, fixed(1s)), std::ref(calls)) == 42);
    CHECK(calls.when == std::vector<duration>{0s});
  });
}

TEST_CASE("after a failure it waits as the backoff says, and tries again") {
  run_virtually([]() -> task<> {
    script calls({refused(), refused(), refused()});
    const retry_policy policy(4, exponential(1s, 3s));
    CHECK(co_await policy.run(std::ref(calls)) == 42);
    CHECK(calls.when == std::vector<duration>{0s, 1s, 3s, 6s});
  });
}

TEST_CASE("after the last attempt the last error is thrown, and tells their number") {
  run_virtually([]() -> task<> {
    script calls({refused(), refused(), refused()});
    const auto failed = co_await retry(retry_policy(3, fixed(1s)), std::ref(calls)).as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().is(errc::unavailable));
    CHECK(failed.error().disposition() == disposition::retry);
    CHECK(failed.error().message() == "connection refused; gave up after 3 attempts");
    CHECK(calls.when.size() == 3);
  });
}

TEST_CASE("an error that is not to be retried is passed on as it is, with its type") {
  run_virtually([]() -> task<> {
    int calls = 0;
    const auto ask = [&calls]() -> task<int> {
      ++calls;
      co_await yield();
      if (calls == 1) throw refused();
      throw table_missing();
    };
    CHECK_THROWS_AS(co_await retry(retry_policy(5, fixed(1s)), ask), table_missing);
    CHECK(calls == 2);
  });
}

TEST_CASE("one attempt alone changes nothing in its error") {
  run_virtually([]() -> task<> {
    script calls({refused()});
    const auto failed = co_await retry(retry_policy(1), std::ref(calls)).as_result();
    CHECK(error_text(failed) == "connection refused");
  });
}

TEST_CASE("which errors are retried is the caller's to say") {
  run_virtually([]() -> task<> {
    script calls({nonsense(), refused()});
    const auto policy = retry_policy(9, fixed(1s)).only_if([](const error& why) {
      return why.is(errc::invalid_argument);
    });
    const auto failed = co_await policy.run(std::ref(calls)).as_result();
    CHECK(error_text(failed) == "connection refused");
    CHECK(calls.when.size() == 2);
  });
}

TEST_CASE("an exception of the user's is retried too") {
  run_virtually([]() -> task<> {
    int calls = 0;
    const auto ask = [&calls]() -> task<int> {
      if (++calls == 1) throw std::runtime_error("by chance");
      co_return calls;
    };
    CHECK(co_await retry(retry_policy(2, fixed(1s)), ask) == 2);
  });
}

TEST_CASE("a cancellation is never retried, whatever the policy says") {
  run_virtually([]() -> task<> {
    script calls({error::cancelled()});
    const auto policy = retry_policy(3, fixed(0s)).only_if([](const error&) { return true; });
    const auto failed = co_await policy.run(std::ref(calls)).as_result();
    CHECK(failed.error().is_cancelled());
    CHECK(calls.when.size() == 1);
  });
}

TEST_CASE("who is cancelled while it waits ends at once, without another attempt") {
  run_virtually([]() -> task<> {
    script calls({refused(), refused()});
    const time_point start = loop::current().now();
    bool cancelled = false;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([&]() -> task<> {
        const auto ended = co_await retry(retry_policy(3, fixed(1h)), std::ref(calls)).as_result();
        cancelled = !ended.has_value() && ended.error().is_cancelled();
      });
      co_await sleep(1s);
    });
    CHECK(cancelled);
    CHECK(loop::current().now() - start == 1s);
    CHECK(calls.when.size() == 1);
  });
}

TEST_CASE("no wait begins that would not end before the deadline around it") {
  run_virtually([]() -> task<> {
    script calls({refused(), refused(), refused()});
    const time_point start = loop::current().now();
    const auto failed =
        co_await with_timeout(3s, retry(retry_policy(9, exponential(1s, 1h)), std::ref(calls)))
            .as_result();
    CHECK(error_text(failed) ==
          "connection refused; gave up after 2 attempts, since the next would not begin before the "
          "deadline");
    CHECK(loop::current().now() - start == 1s);
  });
}

TEST_CASE("all attempts together end within the policy's limit, the running one too") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    int calls = 0;
    const auto slow = [&calls] { return ++calls == 1 ? fail_with(refused()) : answer_after(1h); };
    const auto failed = co_await retry(retry_policy(9, fixed(1s)).within(5s), slow).as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().is(errc::deadline_exceeded));
    CHECK(failed.error().message().find("gave up after 2 attempts") != std::string::npos);
    CHECK(loop::current().now() - start == 5s);
    CHECK(loop::current().timers().empty());
  });
}

TEST_CASE("decorrelated waits grow out of each other") {
  run_virtually([]() -> task<> {
    script calls(std::vector<error>(200, refused()));
    CHECK(co_await retry(retry_policy(201, exponential(1s, 1h).decorrelated_jitter()),
                         std::ref(calls)) == 42);
    duration before = 1s;
    for (std::size_t index = 1; index < calls.when.size(); ++index) {
      const duration wait = calls.when[index] - calls.when[index - 1];
      CHECK((wait >= 1s && wait <= std::min<duration>(before * 3, 1h)));
      before = wait;
    }
  });
}

TEST_CASE("what gives no value, and what is no task, is retried too") {
  run_virtually([]() -> task<> {
    int calls = 0;
    const auto work = [&calls]() -> task<> {
      if (++calls < 3) throw refused();
      co_return;
    };
    co_await retry(retry_policy(3, fixed(1s)), work);
    CHECK(calls == 3);
    co_await retry(retry_policy(3), [] { return sleep(1s); });
  });
}

TEST_CASE("a policy says what it does, and refuses what cannot work") {
  CHECK(retry_policy(3, exponential(1s, 5min).full_jitter()).within(30s).describe() ==
        "retry, 3 attempts, exponential 1s..5min, full jitter, within 30s");
  CHECK(retry_policy(1, fixed(1s)).describe() == "retry, 1 attempt, fixed 1s");
  CHECK_THROWS_AS(retry_policy(0), error);
  CHECK_THROWS_AS(retry_policy(retry_policy::attempts_max + 1), error);
  CHECK_THROWS_AS(static_cast<void>(retry_policy(2).within(0s)), error);
  CHECK_THROWS_AS(static_cast<void>(retry_policy(2).only_if(nullptr)), error);
}

TEST_SUITE_END();
