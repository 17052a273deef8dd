// SPDX-License-Identifier: Apache-2.0
// What shared_channel promises when loops on several threads use it at the same time.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "run.hpp"
#include "seed.hpp"
#include "weir/channel.hpp"
#include "weir/from_channel.hpp"
#include "weir/runtime.hpp"
#include "weir/scope.hpp"
#include "weir/select.hpp"
#include "weir/shared_channel.hpp"
#include "weir/sleep.hpp"
#include "weir/stream_operators.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.shared_channel");

namespace {

constexpr std::size_t loops = 4;
constexpr int senders = 8;
constexpr int each = 500;

/// How often each value was received; a value has one receiver, so no two threads touch a count.
using counts = std::vector<std::atomic<int>>;

duration patience_of(std::mt19937_64& random) { return std::chrono::microseconds(random() % 100); }

/// Sends `count` values that nobody else sends; after a wait that was in vain the same value again.
task<> send_surely(shared_channel<int>& target, int first, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (int value = first; value < first + each; ++value) {
    for (bool sent = false; !sent;) {
      switch (random() % 3) {
        case 0: {
          const auto outcome = co_await select(sleep(patience_of(random)), target.send(value));
          sent = outcome.index() == 1;
          break;
        }
        case 1: {
          const auto outcome =
              co_await with_timeout(patience_of(random), target.send(value)).as_result();
          sent = outcome.has_value();
          break;
        }
        default:
          co_await target.send(value);
          sent = true;
      }
    }
  }
}

/// Receives until the channel is closed, giving up and coming back all the time.
task<> receive_impatiently(shared_channel<int>& source, counts& received, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  channel<int> never(1);
  for (;;) {
    std::optional<int> value;
    if (random() % 2 == 0) {
      const auto first = co_await select(never.receive(), source.receive(), source.receive(),
                                         sleep(patience_of(random)));
      if (first.index() == 3) continue;
      value = first.index() == 1 ? std::get<1>(first) : std::get<2>(first);
    } else {
      const auto outcome = co_await with_timeout(patience_of(random), source.receive()).as_result();
      if (!outcome.has_value()) continue;
      value = *outcome;
    }
    if (!value) co_return;
    ++received[static_cast<std::size_t>(*value)];
  }
}

bool all_once(const counts& received) {
  for (const auto& count : received) {
    if (count != 1) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("between loops nothing is lost or doubled, whatever times out, is cancelled or loses") {
  std::mt19937_64 random(seed());
  for (const std::size_t capacity : {1U, 3U, 64U}) {
    shared_channel<int> values(capacity);
    counts received(static_cast<std::size_t>(senders * each));
    std::atomic<int> sending{senders};
    std::array<std::uint64_t, 2 * loops * senders> seeds{};
    for (auto& one : seeds) one = random();
    runtime(loops).run([&](peers all) -> task<> {
      const auto seed_of = [&, at = all.index() * 2 * senders](int task) {
        return seeds[at + static_cast<std::size_t>(task)];
      };
      co_await with_scope([&](scope& children) -> task<> {
        for (int count = 0; count < senders / 2; ++count) {
          children.spawn(receive_impatiently(values, received, seed_of(senders + count)));
        }
        co_await with_scope([&](scope& own) -> task<> {
          // Each sender is at one loop only.
          for (int sender = 0; sender < senders; ++sender) {
            if (static_cast<std::size_t>(sender) % loops != all.index()) continue;
            own.spawn(send_surely(values, sender * each, seed_of(sender)));
          }
          co_await own.join();
        });
        if ((sending -= senders / static_cast<int>(loops)) == 0) values.close();
        co_await children.join();
      });
    });
    CHECK(all_once(received));
    CHECK(values.size() == 0);
  }
}

TEST_CASE("the values of one sender arrive in their order at one receiver of another loop") {
  shared_channel<int> values(8);
  std::vector<int> received;
  runtime(2).run([&](peers all) -> task<> {
    if (all.index() == 0) {
      for (int value = 0; value < 2'000; ++value) co_await values.send(value);
      values.close();
    } else {
      received = co_await (from_channel(values) | collect());
    }
  });
  REQUIRE(received.size() == 2'000);
  for (int value = 0; value < 2'000; ++value) {
    REQUIRE(received[static_cast<std::size_t>(value)] == value);
  }
}

TEST_CASE("loops come and go while others use the channel") {
  shared_channel<int> values(2);
  std::atomic<int> sum{0};
  std::thread sender([&] {
    run([&]() -> task<> {
      for (int value = 1; value <= 300; ++value) co_await values.send(value);
    });
  });
  // Each of these loops takes some, waits for one that it does not get, and ends.
  for (int count = 0; count < 20; ++count) {
    run([&]() -> task<> {
      for (int taken = 0; taken < 10; ++taken) sum += (co_await values.receive()).value();
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn([](shared_channel<int>& source, std::atomic<int>& total) -> task<> {
          const auto late = co_await source.receive().as_result();
          if (late.has_value()) total += late->value();
        }(values, sum));
        co_await yield();
      });
    });
  }
  run([&]() -> task<> {
    while (sum < 300 * 301 / 2) sum += (co_await values.receive()).value();
  });
  sender.join();
  CHECK(sum == 300 * 301 / 2);
}

TEST_SUITE_END();
