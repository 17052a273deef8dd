// SPDX-License-Identifier: Apache-2.0
#include "weir/channel.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "run.hpp"
#include "seed.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.channel");

namespace {

task<> send_all(channel<int>& target, int first, int last) {
  for (int value = first; value < last; ++value) co_await target.send(value);
}

task<> receive_all(channel<int>& source, std::vector<int>& received) {
  for (;;) {
    const std::optional<int> value = co_await source.receive();
    if (!value) co_return;
    received.push_back(*value);
  }
}

task<> receive_one(channel<int>& source, std::vector<int>& received) {
  const std::optional<int> value = co_await source.receive();
  if (value) received.push_back(*value);
}

/// Sends `count` values that nobody else sends; after a cancelled send the same value again.
task<> send_surely(channel<int>& target, int first, int count, duration patience) {
  for (int value = first; value < first + count; ++value) {
    for (;;) {
      const auto sent = co_await with_timeout(patience, target.send(value)).as_result();
      if (sent.has_value()) break;
      CHECK(sent.error().is(errc::deadline_exceeded));
    }
  }
}

/// Receives until the channel closes, giving up and coming back all the time.
task<> receive_impatiently(channel<int>& source, std::vector<int>& counts, duration patience) {
  for (;;) {
    auto received = co_await with_timeout(patience, source.receive()).as_result();
    if (!received.has_value()) continue;
    if (!received->has_value()) co_return;
    ++counts[static_cast<std::size_t>(**received)];
  }
}

}  // namespace

TEST_CASE("values come out in the order they went in, for every capacity") {
  for (const std::size_t capacity : {0U, 1U, 2U, 7U, 64U}) {
    run_virtually([&]() -> task<> {
      channel<int> values(capacity);
      std::vector<int> received;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(receive_all(values, received));
        co_await send_all(values, 0, 1'000);
        values.close();
        co_await children.join();
      });
      REQUIRE(received.size() == 1'000);
      for (int value = 0; value < 1'000; ++value) {
        REQUIRE(received[static_cast<std::size_t>(value)] == value);
      }
    });
  }
}

TEST_CASE("a sender runs ahead of the receiver by the capacity and no further") {
  run_virtually([]() -> task<> {
    channel<int> values(3);
    int sent = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](channel<int>& target, int& count) -> task<> {
        for (;;) {
          co_await target.send(count);
          ++count;
        }
      }(values, sent));
      for (int turn = 0; turn < 20; ++turn) co_await yield();
      CHECK(sent == 3);
      CHECK(co_await values.receive() == 0);
      for (int turn = 0; turn < 20; ++turn) co_await yield();
      CHECK(sent == 4);
      CHECK(values.size() == 3);
    });
  });
}

TEST_CASE("with capacity 0 a send ends when a receiver has the value, not before") {
  run_virtually([]() -> task<> {
    channel<int> values(0);
    bool sent = false;
    CHECK_FALSE(values.try_send(1));
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](channel<int>& target, bool& done) -> task<> {
        co_await target.send(5);
        done = true;
      }(values, sent));
      for (int turn = 0; turn < 5; ++turn) co_await yield();
      CHECK_FALSE(sent);
      CHECK(co_await values.receive() == 5);
      co_await children.join();
      CHECK(sent);
    });
  });
}

TEST_CASE("after close the values that are left come out, and then nothing, for ever") {
  run_virtually([]() -> task<> {
    channel<int> values(2);
    co_await values.send(1);
    co_await values.send(2);
    values.close();
    CHECK(values.is_closed());
    CHECK(co_await values.receive() == 1);
    CHECK(co_await values.receive() == 2);
    CHECK(co_await values.receive() == std::nullopt);
    CHECK(co_await values.receive() == std::nullopt);
    CHECK(values.try_receive() == std::nullopt);
  });
}

TEST_CASE("a send on a closed channel fails, also one that waits when it is closed") {
  run_virtually([]() -> task<> {
    channel<int> values(1);
    co_await values.send(1);
    std::optional<error> failed;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](channel<int>& target, std::optional<error>& why) -> task<> {
        const auto sent = co_await target.send(2).as_result();
        if (!sent.has_value()) why = sent.error();
      }(values, failed));
      co_await yield();
      values.close();
      co_await children.join();
    });
    REQUIRE(failed.has_value());
    CHECK(failed->is(errc::closed));
    CHECK((co_await values.send(3).as_result()).error().is(errc::closed));
    CHECK_FALSE(values.try_send(4));
    CHECK(co_await values.receive() == 1);
    CHECK(co_await values.receive() == std::nullopt);
  });
}

TEST_CASE("close wakes every receiver with nothing") {
  run_virtually([]() -> task<> {
    channel<int> values(4);
    std::vector<int> received;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 3; ++count) children.spawn(receive_all(values, received));
      co_await yield();
      values.close();
      co_await children.join();
    });
    CHECK(received.empty());
  });
}

TEST_CASE("the value of a cancelled sender is not sent") {
  run_virtually([]() -> task<> {
    channel<int> values(0);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(send_all(values, 1, 2));
      co_await yield();
    });
    CHECK(values.try_receive() == std::nullopt);
  });
}

TEST_CASE("a value given to a receiver before its stop came is received") {
  run_virtually([]() -> task<> {
    channel<int> values(0);
    std::vector<int> received;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(receive_one(values, received));
      co_await yield();
      CHECK(values.try_send(9));
    });
    CHECK(received == std::vector{9});
  });
}

TEST_CASE("a cancelled receiver leaves the value to the next one") {
  run_virtually([]() -> task<> {
    channel<int> values(0);
    std::vector<int> first;
    std::vector<int> second;
    co_await with_scope([&](scope& children) -> task<> {
      co_await with_scope([&](scope& stopped) -> task<> {
        stopped.spawn(receive_one(values, first));
        co_await yield();
      });
      children.spawn(receive_one(values, second));
      co_await values.send(1);
      co_await children.join();
    });
    CHECK(first.empty());
    CHECK(second == std::vector{1});
  });
}

TEST_CASE("a refused try_send leaves the value with its owner") {
  channel<std::string> values(1);
  std::string kept = "a text that is too long to be stored in place";
  CHECK(values.try_send(std::string("first")));
  CHECK_FALSE(values.try_send(kept));
  CHECK(kept == "a text that is too long to be stored in place");
}

TEST_CASE("values that can only be moved pass through") {
  run_virtually([]() -> task<> {
    channel<std::unique_ptr<int>> values(1);
    co_await values.send(std::make_unique<int>(3));
    const auto received = co_await values.receive();
    REQUIRE(received.has_value());
    CHECK(**received == 3);
  });
}

TEST_CASE("under random cancellation of senders and receivers nothing is lost or doubled") {
  std::mt19937_64 random(seed());
  for (int round = 0; round < 20; ++round) {
    const auto capacity = static_cast<std::size_t>(random() % 4);
    const auto patience = [&random] {
      return duration(1 + static_cast<std::int64_t>(random() % 5));
    };
    constexpr int senders = 5;
    constexpr int each = 200;
    std::vector<int> counts(static_cast<std::size_t>(senders * each));
    run_virtually([&]() -> task<> {
      channel<int> values(capacity);
      co_await with_scope([&](scope& receivers) -> task<> {
        for (int count = 0; count < 4; ++count) {
          receivers.spawn(receive_impatiently(values, counts, patience()));
        }
        co_await with_scope([&](scope& sending) -> task<> {
          for (int sender = 0; sender < senders; ++sender) {
            sending.spawn(send_surely(values, sender * each, each, patience()));
          }
          co_await sending.join();
        });
        values.close();
        co_await receivers.join();
      });
    });
    CHECK(counts == std::vector<int>(counts.size(), 1));
  }
}

TEST_SUITE_END();
