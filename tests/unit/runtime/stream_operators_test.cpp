// SPDX-License-Identifier: Apache-2.0
#include "weir/stream_operators.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "failing.hpp"
#include "run.hpp"
#include "weir/from_channel.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.stream_operators");

namespace {

stream<int> count_up(int& made) {
  for (;;) {
    if (made % 3 == 0) co_await yield();
    co_yield ++made;
  }
}

stream<int> count_to(int last) {
  for (int value = 1; value <= last; ++value) co_yield value;
}

stream<int> fail_after_two() {
  co_yield 1;
  co_yield 2;
  throw failure("of the source");
}

bool is_even(int value) { return value % 2 == 0; }

}  // namespace

TEST_CASE("map, filter and take compose, and pull no more than they need") {
  run_virtually([]() -> task<> {
    int made = 0;
    const auto values =
        co_await (count_up(made) | filter(is_even) |
                  map([](int value) { return std::to_string(value); }) | take(3) | collect());
    CHECK(values == std::vector<std::string>{"2", "4", "6"});
    CHECK(made == 6);
  });
}

TEST_CASE("the source never runs ahead of the end of the line") {
  run_virtually([]() -> task<> {
    int made = 0;
    stream<int> line = count_up(made) | map([](int value) { return value * 10; }) |
                       filter([](int) { return true; }) | take(100);
    for (int count = 1; count <= 5; ++count) {
      CHECK(co_await line.next() == count * 10);
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      CHECK(made == count);
    }
  });
}

TEST_CASE("scan gives the state after each value") {
  run_virtually([]() -> task<> {
    const auto sums = co_await (
        count_to(4) | scan(0, [](int sum, int value) { return sum + value; }) | collect());
    CHECK(sums == std::vector{1, 3, 6, 10});
    const auto texts = co_await (
        count_to(3) |
        scan(std::string(),
             [](std::string text, int value) { return std::move(text) + std::to_string(value); }) |
        collect());
    CHECK(texts == std::vector<std::string>{"1", "12", "123"});
  });
}

TEST_CASE("take(0) asks for nothing, and take of more than there is ends with the source") {
  run_virtually([]() -> task<> {
    int made = 0;
    CHECK((co_await (count_up(made) | take(0) | collect())).empty());
    CHECK(made == 0);
    CHECK((co_await (count_to(2) | take(9) | collect())) == std::vector{1, 2});
  });
}

TEST_CASE("take_while ends before the first value that does not please") {
  run_virtually([]() -> task<> {
    int made = 0;
    const auto values =
        co_await (count_up(made) | take_while([](int value) { return value < 4; }) | collect());
    CHECK(values == std::vector{1, 2, 3});
    CHECK(made == 4);
  });
}

TEST_CASE("chunks gives full vectors, the last one shorter, and pulls one chunk at a time") {
  run_virtually([]() -> task<> {
    const auto all = co_await (count_to(7) | chunks(3) | collect());
    CHECK(all == std::vector<std::vector<int>>{{1, 2, 3}, {4, 5, 6}, {7}});
    CHECK((co_await (count_to(4) | chunks(2) | collect())).size() == 2);
    CHECK((co_await (count_to(0) | chunks(2) | collect())).empty());

    int made = 0;
    stream<std::vector<int>> pairs = count_up(made) | chunks(2);
    CHECK(co_await pairs.next() == std::vector{1, 2});
    CHECK(made == 2);
  });
}

TEST_CASE("flatten gives the values of containers and of streams, one after the other") {
  run_virtually([]() -> task<> {
    CHECK((co_await (count_to(7) | chunks(3) | flatten() | collect())) ==
          std::vector{1, 2, 3, 4, 5, 6, 7});
    CHECK((co_await (count_to(3) | map(count_to) | flatten() | collect())) ==
          std::vector{1, 1, 2, 1, 2, 3});
  });
}

TEST_CASE("for_each calls a function, or awaits a coroutine before it asks for the next") {
  run_virtually([]() -> task<> {
    int sum = 0;
    co_await (count_to(4) | for_each([&](int value) { sum += value; }));
    CHECK(sum == 10);

    int made = 0;
    int ahead = 0;
    const auto use_slowly = [&](int value) -> task<> {
      co_await sleep(1s);
      ahead = std::max(ahead, made - value);
    };
    co_await (count_up(made) | take(20) | for_each(use_slowly));
    CHECK(made == 20);
    CHECK(ahead == 0);
  });
}

TEST_CASE("an error of the source passes through every operator") {
  run_virtually([]() -> task<> {
    std::vector<int> seen;
    const auto ended = co_await (fail_after_two() | map([](int value) { return value; }) |
                                 filter([](int) { return true; }) |
                                 for_each([&](int value) { seen.push_back(value); }))
                           .as_result();
    REQUIRE_FALSE(ended.has_value());
    CHECK(ended.error().message() == "of the source");
    CHECK(seen == std::vector{1, 2});
  });
}

TEST_CASE("chunks gives what came before a failure before it") {
  run_virtually([]() -> task<> {
    stream<std::vector<int>> triples = fail_after_two() | chunks(3);
    CHECK(co_await triples.next() == std::vector{1, 2});
    CHECK((co_await triples.next().as_result()).error().message() == "of the source");
    CHECK(co_await triples.next() == std::nullopt);
  });
}

TEST_CASE("an exception of a function that an operator was given ends the line") {
  run_virtually([]() -> task<> {
    const auto ended = co_await (count_to(3) | map([](int value) {
                                   if (value == 2) throw failure("of the function");
                                   return value;
                                 }) |
                                 collect())
                           .as_result();
    CHECK(ended.error().message() == "of the function");
  });
}

TEST_CASE("the cancellation of the consumer reaches the source through every operator") {
  run_virtually([]() -> task<> {
    channel<int> never(1);
    const auto late =
        co_await with_timeout(
            1s, from_channel(never) | map([](int value) { return value; }) | chunks(3) | collect())
            .as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
  });
}

TEST_CASE("a next() that is cancelled loses nothing on its way through the operators") {
  run_virtually([]() -> task<> {
    channel<int> values(9);
    stream<int> line = from_channel(values) | filter(is_even) |
                       map([](int value) { return value / 2; }) | chunks(2) | flatten() |
                       scan(0, [](int sum, int value) { return sum + value; }) |
                       take_while([](int sum) { return sum < 100; }) | take(4);
    for (const int value : {2, 3, 4, 5, 6, 7}) co_await values.send(value);
    CHECK(co_await line.next() == 1);
    CHECK(co_await line.next() == 3);
    // The third value is half of a chunk when the wait for the other half is cancelled.
    for (int attempt = 0; attempt < 3; ++attempt) {
      const auto late = co_await with_timeout(1s, line.next()).as_result();
      REQUIRE_FALSE(late.has_value());
      CHECK(late.error().is(errc::deadline_exceeded));
    }
    co_await values.send(8);
    CHECK(co_await line.next() == 6);
    CHECK(co_await line.next() == 10);
    CHECK(co_await line.next() == std::nullopt);
  });
}

TEST_CASE("a bounded channel before a slow line holds its senders back") {
  run_virtually([]() -> task<> {
    channel<int> values(2);
    int sent = 0;
    int received = 0;
    int most_between = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](channel<int>& target, int& count) -> task<> {
        while (count < 50) {
          co_await target.send(count);
          ++count;
        }
        target.close();
      }(values, sent));
      co_await (from_channel(values) | for_each([&](int) -> task<> {
                  co_await sleep(1s);
                  ++received;
                  most_between = std::max(most_between, sent - received);
                }));
    });
    CHECK(received == 50);
    CHECK(most_between <= 3);  // two in the channel, one that came free while this one was used
  });
}

TEST_CASE("values that can only be moved pass through the operators") {
  run_virtually([]() -> task<> {
    auto made = co_await (
        count_to(3) | map([](int value) { return std::make_unique<int>(value); }) |
        filter([](const auto& value) { return *value != 2; }) | chunks(2) | flatten() | collect());
    REQUIRE(made.size() == 2);
    CHECK(*made[1] == 3);
  });
}

TEST_SUITE_END();
