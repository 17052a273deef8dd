// SPDX-License-Identifier: Apache-2.0
#include "weir/broadcast_channel.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "death.hpp"
#include "run.hpp"
#include "seed.hpp"
#include "weir/from_channel.hpp"
#include "weir/scope.hpp"
#include "weir/select.hpp"
#include "weir/sleep.hpp"
#include "weir/stream_operators.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.broadcast_channel");

namespace {

using subscription = broadcast_channel<int>::subscription;

task<> receive_all(subscription from, std::vector<int>& received) {
  while (const auto value = co_await from.receive()) received.push_back(*value);
}

/// Receives with pauses; every number from its first on must be received or counted as missed.
task<> receive_slowly(subscription from, std::uint64_t seed, int& next, bool& exact) {
  std::mt19937_64 random(seed);
  std::uint64_t missed = 0;
  for (;;) {
    const auto value =
        co_await with_timeout(duration(1 + static_cast<std::int64_t>(random() % 3)), from.receive())
            .as_result();
    if (!value.has_value()) continue;
    if (!value->has_value()) co_return;
    next += static_cast<int>(from.missed() - missed);
    missed = from.missed();
    exact = exact && **value == next;
    ++next;
    if (random() % 2 == 0) co_await sleep(duration(static_cast<std::int64_t>(random() % 20)));
  }
}

}  // namespace

TEST_CASE("every subscriber gets every value sent after it came, in order") {
  run_virtually([]() -> task<> {
    broadcast_channel<int> news(8);
    std::vector<int> early;
    std::vector<int> late;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(receive_all(news.subscribe(), early));
      CHECK(news.send(1) == 1);
      co_await yield();
      children.spawn(receive_all(news.subscribe(), late));
      CHECK(news.subscribers() == 2);
      CHECK(news.send(2) == 2);
      CHECK(news.send(3) == 2);
      news.close();
      co_await children.join();
    });
    CHECK(early == std::vector{1, 2, 3});
    CHECK(late == std::vector{2, 3});
    CHECK(news.subscribers() == 0);
  });
}

TEST_CASE("without a subscriber a value is dropped") {
  broadcast_channel<int> news(1);
  CHECK(news.send(1) == 0);
  CHECK(news.size() == 0);
  auto reader = news.subscribe();
  CHECK(reader.try_receive() == std::nullopt);
  CHECK(reader.missed() == 0);
}

TEST_CASE("who falls further behind than the capacity misses the oldest, and is told how many") {
  broadcast_channel<int> news(3);
  auto slow = news.subscribe();
  auto fast = news.subscribe();
  for (int value = 1; value <= 5; ++value) {
    news.send(value);
    CHECK(fast.try_receive() == value);
  }
  CHECK(news.size() == 3);
  // The count belongs to the value received last, so that one knows where the gap is.
  CHECK(slow.missed() == 0);
  CHECK(slow.try_receive() == 3);
  CHECK(slow.missed() == 2);
  CHECK(slow.try_receive() == 4);
  for (int value = 6; value <= 8; ++value) news.send(value);
  CHECK(slow.missed() == 2);
  CHECK(slow.try_receive() == 6);
  CHECK(slow.missed() == 3);
  CHECK(fast.missed() == 0);
}

TEST_CASE("a value is kept no longer than somebody has still to receive it") {
  broadcast_channel<std::shared_ptr<int>> news(4);
  auto first = news.subscribe();
  auto second =
      std::make_unique<broadcast_channel<std::shared_ptr<int>>::subscription>(news.subscribe());
  const auto sent = std::make_shared<int>(1);
  news.send(sent);
  CHECK(first.try_receive() == sent);
  CHECK(sent.use_count() == 2);
  CHECK(second->try_receive() == sent);
  CHECK(sent.use_count() == 1);
  news.send(sent);
  CHECK(first.try_receive() == sent);
  second.reset();
  CHECK(sent.use_count() == 1);
  CHECK(news.size() == 0);
}

TEST_CASE("those who wait get the value itself, whatever is sent after it in the same turn") {
  run_virtually([]() -> task<> {
    broadcast_channel<int> news(1);
    std::vector<int> first;
    std::vector<int> second;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(receive_all(news.subscribe(), first));
      children.spawn(receive_all(news.subscribe(), second));
      co_await yield();
      news.send(1);
      news.send(2);
      co_await yield();
      news.close();
      co_await children.join();
    });
    CHECK(first == std::vector{1, 2});
    CHECK(second == std::vector{1, 2});
  });
}

TEST_CASE("after close subscribers get what is left, then nothing, for ever; a send throws") {
  run_virtually([]() -> task<> {
    broadcast_channel<int> news(2);
    auto reader = news.subscribe();
    news.send(1);
    news.close();
    CHECK(news.is_closed());
    CHECK(co_await reader.receive() == 1);
    CHECK(co_await reader.receive() == std::nullopt);
    CHECK(co_await reader.receive() == std::nullopt);
    CHECK_THROWS_WITH_AS(news.send(2), "send on a broadcast channel that was closed", error);
    auto late = news.subscribe();
    CHECK(co_await late.receive() == std::nullopt);
  });
}

TEST_CASE("a cancelled receive takes nothing; a value that came before the stop is kept") {
  run_virtually([]() -> task<> {
    broadcast_channel<int> news(2);
    auto reader = news.subscribe();
    const auto late = co_await with_timeout(1s, reader.receive()).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    news.send(1);
    CHECK(co_await reader.receive() == 1);

    std::vector<int> received;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(receive_all(news.subscribe(), received));
      co_await yield();
      news.send(2);
      children.request_stop();
    });
    CHECK(received == std::vector{2});
  });
}

TEST_CASE("a losing receive leaves its value, also where one value is for both") {
  run_virtually([]() -> task<> {
    broadcast_channel<int> news(2);
    auto left = news.subscribe();
    auto right = news.subscribe();
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](broadcast_channel<int>& target) -> task<> {
        co_await yield();
        target.send(1);
      }(news));
      CHECK((co_await select(left.receive(), right.receive())).index() == 0);
    });
    CHECK(left.try_receive() == std::nullopt);
    CHECK(right.try_receive() == 1);
    CHECK(news.size() == 0);
  });
}

TEST_CASE("what a subscriber gets is a stream") {
  run_virtually([]() -> task<> {
    broadcast_channel<int> news(4);
    auto reader = news.subscribe();
    for (int value = 1; value <= 6; ++value) news.send(value);
    news.close();
    CHECK(co_await (from_channel(reader) | collect()) == std::vector{3, 4, 5, 6});
    CHECK(reader.missed() == 2);
  });
}

TEST_CASE("under random pauses and time-outs every value is received or counted as missed") {
  std::mt19937_64 random(seed());
  constexpr int values = 2'000;
  run_virtually([&]() -> task<> {
    broadcast_channel<int> news(4);
    std::array<int, 5> next{};
    bool exact = true;
    co_await with_scope([&](scope& children) -> task<> {
      for (int& one : next) children.spawn(receive_slowly(news.subscribe(), random(), one, exact));
      for (int value = 0; value < values; ++value) {
        news.send(value);
        CHECK(news.size() <= 4);
        if (random() % 3 == 0) co_await sleep(duration(static_cast<std::int64_t>(random() % 10)));
      }
      news.close();
      co_await children.join();
    });
    CHECK(exact);
    CHECK(next == std::array{values, values, values, values, values});
  });
}

TEST_CASE("a channel must not end before its subscriptions") {
  const std::string said = death_of([] {
    auto news = std::make_unique<broadcast_channel<int>>(1);
    auto reader = news->subscribe();
    news.reset();
  });
  CHECK(said.find("subscribers_ == 0") != std::string::npos);
}

TEST_SUITE_END();
