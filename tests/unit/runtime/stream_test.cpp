// SPDX-License-Identifier: Apache-2.0
#include "weir/stream.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "death.hpp"
#include "failing.hpp"
#include "run.hpp"
#include "weir/from_channel.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.stream");

namespace {

stream<int> count_to(int last, int& made) {
  for (int value = 1; value <= last; ++value) {
    ++made;
    co_yield value;
  }
}

stream<int> count_slowly(int last, duration pause) {
  for (int value = 1; value <= last; ++value) {
    co_await sleep(pause);
    co_yield value;
  }
}

stream<int> fail_at(int when) {
  for (int value = 1;; ++value) {
    if (value == when) throw failure("of the body");
    co_yield value;
  }
}

stream<int> keep(std::shared_ptr<int> witness) {
  for (;;) {
    co_await yield();
    co_yield *witness;
  }
}

}  // namespace

TEST_CASE("nothing is made before it is asked for, and nothing ahead") {
  run_virtually([]() -> task<> {
    int made = 0;
    stream<int> numbers = count_to(3, made);
    CHECK(made == 0);
    for (int value = 1; value <= 3; ++value) {
      CHECK(co_await numbers.next() == value);
      co_await sleep(1s);
      CHECK(made == value);
    }
    CHECK(co_await numbers.next() == std::nullopt);
    CHECK(co_await numbers.next() == std::nullopt);
  });
}

TEST_CASE("a body may wait for each value") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    stream<int> numbers = count_slowly(3, 2s);
    int sum = 0;
    while (const auto value = co_await numbers.next()) sum += *value;
    CHECK(sum == 6);
    CHECK(loop::current().now() - start == 6s);
  });
}

TEST_CASE("a million values that are ready do not grow the stack") {
  run([]() -> task<> {
    int made = 0;
    stream<int> numbers = count_to(1'000'000, made);
    std::int64_t sum = 0;
    while (const auto value = co_await numbers.next()) sum += *value;
    CHECK(sum == 500'000'500'000);
  });
}

TEST_CASE("many values that each come after a suspension do not grow the stack") {
  run([]() -> task<> {
    const auto witness = std::make_shared<int>(1);
    stream<int> ones = keep(witness);
    int sum = 0;
    while (sum < 100'000) sum += *(co_await ones.next());
    CHECK(sum == 100'000);
  });
}

TEST_CASE("an error of the body is thrown once, and then the stream has ended") {
  run_virtually([]() -> task<> {
    stream<int> numbers = fail_at(2);
    CHECK(co_await numbers.next() == 1);
    const auto failed = co_await numbers.next().as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message() == "of the body");
    CHECK(co_await numbers.next() == std::nullopt);
    CHECK_THROWS_WITH_AS(
        co_await [](stream<int> other) -> task<> { co_await other.next(); }(fail_at(1)),
        "of the body", error);
  });
}

TEST_CASE("a stream that stands between two values can be destroyed, with all that it holds") {
  run_virtually([]() -> task<> {
    const auto witness = std::make_shared<int>(7);
    {
      stream<int> values = keep(witness);
      CHECK(co_await values.next() == 7);
      CHECK(witness.use_count() == 2);
    }
    CHECK(witness.use_count() == 1);
    {
      const stream<int> never_started = keep(witness);
    }
    CHECK(witness.use_count() == 1);
  });
}

TEST_CASE("the body has the cancellation of whoever asks for the next value") {
  run_virtually([]() -> task<> {
    stream<int> numbers = count_slowly(9, 2s);
    CHECK(co_await with_timeout(3s, numbers.next()) == 1);
    // The first caller's deadline is gone: the body may now wait past it.
    CHECK(co_await numbers.next() == 2);
    const auto late = co_await with_timeout(1s, numbers.next()).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(co_await numbers.next() == std::nullopt);
  });
}

TEST_CASE("a body that handles its cancellation goes on after it") {
  run_virtually([]() -> task<> {
    const auto stubborn = []() -> stream<int> {
      for (int value = 1;; ++value) {
        const auto slept = co_await sleep(2s).as_result();
        co_yield slept.has_value() ? value : -value;
      }
    };
    stream<int> numbers = stubborn();
    CHECK(co_await with_timeout(1s, numbers.next()) == -1);
    CHECK(co_await numbers.next() == 2);
  });
}

TEST_CASE("to destroy a stream while a value is on its way is an assertion") {
  const std::string text = death_of([] {
    run([]() -> task<> {
      auto numbers = std::make_unique<stream<int>>(count_slowly(1, 1h));
      bool begun = false;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn([](stream<int>& source, bool& asked) -> task<> {
          asked = true;
          static_cast<void>(co_await source.next());
        }(*numbers, begun));
        while (!begun) co_await yield();
        numbers.reset();
      });
    });
  });
  CHECK(text.find("assertion failed") != std::string::npos);
}

TEST_CASE("the values of a channel are a stream, until it is closed") {
  run_virtually([]() -> task<> {
    channel<int> values(2);
    stream<int> received = from_channel(values);
    co_await values.send(1);
    co_await values.send(2);
    CHECK(co_await received.next() == 1);
    values.close();
    CHECK(co_await received.next() == 2);
    CHECK(co_await received.next() == std::nullopt);
  });
}

TEST_CASE("a cancelled wait for a channel's value takes none, and the stream goes on") {
  run_virtually([]() -> task<> {
    channel<int> values(1);
    stream<int> received = from_channel(values);
    for (int value = 1; value <= 3; ++value) {
      const auto late = co_await with_timeout(1s, received.next()).as_result();
      CHECK(late.error().is(errc::deadline_exceeded));
      co_await values.send(value);
      CHECK(co_await received.next() == value);
    }
  });
}

TEST_CASE("a body that gives a failure in place of a value can be asked again") {
  run_virtually([]() -> task<> {
    const auto every_other = []() -> stream<int> {
      for (int value = 1; value <= 2; ++value) {
        co_yield failed(failure("not yet"));
        co_yield value;
      }
      co_yield failed(std::make_exception_ptr(std::runtime_error("of another kind")));
    };
    stream<int> numbers = every_other();
    for (int value = 1; value <= 2; ++value) {
      const auto first = co_await numbers.next().as_result();
      REQUIRE_FALSE(first.has_value());
      CHECK(first.error().message() == "not yet");
      CHECK(co_await numbers.next() == value);
    }
    CHECK_THROWS_AS(co_await numbers.next(), std::runtime_error);
    CHECK(co_await numbers.next() == std::nullopt);
  });
}

TEST_SUITE_END();
