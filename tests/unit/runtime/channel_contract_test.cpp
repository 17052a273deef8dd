// SPDX-License-Identifier: Apache-2.0
// What a channel promises, whether its tasks are on one loop or on several.
#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "channel_traffic.hpp"
#include "death.hpp"
#include "run.hpp"
#include "seed.hpp"
#include "weir/channel.hpp"
#include "weir/scope.hpp"
#include "weir/select.hpp"
#include "weir/shared_channel.hpp"
#include "weir/sleep.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.channel_contract");

namespace {

struct on_one_loop {
  template <class T>
  using channel_of = channel<T>;
};

struct across_loops {
  template <class T>
  using channel_of = shared_channel<T>;
};

template <class Channel>
task<> note_failure(Channel& target, int value, std::optional<error>& why) {
  const auto sent = co_await target.send(value).as_result();
  if (!sent.has_value()) why = sent.error();
}

}  // namespace

TEST_CASE_TEMPLATE("values come out in the order they went in, for every capacity", Kind,
                   on_one_loop, across_loops) {
  using numbers = typename Kind::template channel_of<int>;
  for (const std::size_t capacity : {1U, 2U, 7U, 64U}) {
    run_virtually([&]() -> task<> {
      numbers values(capacity);
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

TEST_CASE_TEMPLATE("a sender runs ahead of the receiver by the capacity and no further", Kind,
                   on_one_loop, across_loops) {
  using numbers = typename Kind::template channel_of<int>;
  run_virtually([]() -> task<> {
    numbers values(3);
    int sent = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([&]() -> task<> {
        for (;; ++sent) co_await values.send(sent);
      });
      for (int turn = 0; turn < 20; ++turn) co_await yield();
      CHECK(sent == 3);
      CHECK(co_await values.receive() == 0);
      for (int turn = 0; turn < 20; ++turn) co_await yield();
      CHECK(sent == 4);
      CHECK(values.size() == 3);
      CHECK_FALSE(values.try_send(9));
    });
  });
}

TEST_CASE_TEMPLATE("waiting receivers are served in the order they came", Kind, on_one_loop,
                   across_loops) {
  using numbers = typename Kind::template channel_of<int>;
  run_virtually([]() -> task<> {
    numbers values(4);
    std::vector<int> first;
    std::vector<int> second;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(receive_one(values, first));
      children.spawn(receive_one(values, second));
      co_await yield();
      CHECK(values.try_send(1));
      CHECK(values.try_send(2));
      // Both are promised, so there is none for who comes later.
      CHECK(values.try_receive() == std::nullopt);
      co_await children.join();
    });
    CHECK(first == std::vector{1});
    CHECK(second == std::vector{2});
  });
}

TEST_CASE_TEMPLATE("after close the values that are left come out, and then nothing, for ever",
                   Kind, on_one_loop, across_loops) {
  using numbers = typename Kind::template channel_of<int>;
  run_virtually([]() -> task<> {
    numbers values(2);
    co_await values.send(1);
    co_await values.send(2);
    values.close();
    CHECK(values.is_closed());
    const auto late = co_await values.send(3).as_result();
    CHECK(late.error().is(errc::closed));
    CHECK_FALSE(values.try_send(4));
    CHECK(co_await values.receive() == 1);
    CHECK(co_await values.receive() == 2);
    CHECK(co_await values.receive() == std::nullopt);
    CHECK(co_await values.receive() == std::nullopt);
    CHECK(values.try_receive() == std::nullopt);
  });
}

TEST_CASE_TEMPLATE("close wakes all: receivers with nothing, senders with an error", Kind,
                   on_one_loop, across_loops) {
  using numbers = typename Kind::template channel_of<int>;
  run_virtually([]() -> task<> {
    numbers empty(1);
    numbers full(1);
    std::vector<int> received;
    std::optional<error> failed;
    co_await full.send(1);
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 3; ++count) children.spawn(receive_all(empty, received));
      children.spawn(note_failure(full, 2, failed));
      co_await yield();
      empty.close();
      full.close();
      co_await children.join();
    });
    CHECK(received.empty());
    REQUIRE(failed.has_value());
    CHECK(failed->is(errc::closed));
    CHECK(co_await full.receive() == 1);
    CHECK(co_await full.receive() == std::nullopt);
  });
}

TEST_CASE_TEMPLATE(
    "a cancelled wait has sent or received nothing, and leaves its place to the next", Kind,
    on_one_loop, across_loops) {
  using numbers = typename Kind::template channel_of<int>;
  run_virtually([]() -> task<> {
    numbers values(1);
    std::vector<int> first;
    std::vector<int> second;
    co_await with_scope([&](scope& children) -> task<> {
      scope stopped;
      stopped.spawn(receive_one(values, first));
      co_await yield();
      children.spawn(receive_one(values, second));
      co_await yield();
      co_await stopped.close();
      co_await values.send(1);
      co_await children.join();
      CHECK(first.empty());
      CHECK(second == std::vector{1});

      co_await values.send(2);
      scope also_stopped;
      also_stopped.spawn(send_all(values, 3, 4));
      co_await yield();
      co_await also_stopped.close();
      CHECK(values.try_receive() == 2);
      CHECK(values.try_receive() == std::nullopt);
    });
  });
}

TEST_CASE_TEMPLATE("a value that came before the stop is kept", Kind, on_one_loop, across_loops) {
  using numbers = typename Kind::template channel_of<int>;
  run_virtually([]() -> task<> {
    numbers values(1);
    std::vector<int> received;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(receive_one(values, received));
      co_await yield();
      CHECK(values.try_send(1));
      children.request_stop();
    });
    CHECK(received == std::vector{1});
  });
}

TEST_CASE_TEMPLATE("in a select the loser leaves its value and sends none", Kind, on_one_loop,
                   across_loops) {
  using numbers = typename Kind::template channel_of<int>;
  run_virtually([]() -> task<> {
    numbers left(1);
    numbers right(1);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([&]() -> task<> {
        co_await yield();
        CHECK(right.try_send(1));
        CHECK(left.try_send(2));
      });
      const auto first = co_await select(left.receive(), right.receive(), sleep(1h));
      REQUIRE(first.index() == 1);
      CHECK(std::get<1>(first) == 1);
      CHECK(co_await left.receive() == 2);
    });
    co_await left.send(1);
    const auto sent = co_await select(left.send(2), right.send(3));
    CHECK(sent.index() == 1);
    const auto too_late = co_await select(left.send(4), sleep(1ms));
    CHECK(too_late.index() == 1);
    CHECK(left.try_receive() == 1);
    CHECK(left.try_receive() == std::nullopt);
  });
}

TEST_CASE_TEMPLATE(
    "values that can only be moved pass through, and a refused one stays with its owner", Kind,
    on_one_loop, across_loops) {
  using pointers = typename Kind::template channel_of<std::unique_ptr<int>>;
  run_virtually([]() -> task<> {
    pointers values(1);
    co_await values.send(std::make_unique<int>(3));
    auto kept = std::make_unique<int>(4);
    CHECK_FALSE(values.try_send(kept));
    REQUIRE(kept != nullptr);
    const auto received = co_await values.receive();
    REQUIRE(received.has_value());
    CHECK(**received == 3);
  });
}

TEST_CASE_TEMPLATE("under random cancellation of senders and receivers nothing is lost or doubled",
                   Kind, on_one_loop, across_loops) {
  using numbers = typename Kind::template channel_of<int>;
  std::mt19937_64 random(seed());
  for (int round = 0; round < 20; ++round) {
    const auto capacity = static_cast<std::size_t>(1 + random() % 4);
    run_virtually([&]() -> task<> {
      numbers values(capacity);
      co_await send_and_receive(values, random);
    });
  }
}

TEST_CASE_TEMPLATE("a channel that goes while a task waits for it is an assertion", Kind,
                   on_one_loop, across_loops) {
  using numbers = typename Kind::template channel_of<int>;
  const std::string text = death_of([] {
    run_virtually([]() -> task<> {
      auto values = std::make_unique<numbers>(1);
      std::vector<int> received;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(receive_all(*values, received));
        co_await yield();
        values.reset();
      });
    });
  });
  CHECK(text.find("assertion failed") != std::string::npos);
}

TEST_SUITE_END();
