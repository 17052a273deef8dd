// SPDX-License-Identifier: Apache-2.0
// What channel has alone: a capacity of 0. The rest is in channel_contract_test.cpp.
#include "weir/channel.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "channel_traffic.hpp"
#include "run.hpp"
#include "seed.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.channel");

TEST_CASE("with capacity 0 values come out in the order they went in") {
  run_virtually([]() -> task<> {
    channel<int> values(0);
    std::vector<int> received;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(receive_all(values, received));
      co_await send_all(values, 0, 4);
      values.close();
      co_await children.join();
    });
    CHECK(received == std::vector{0, 1, 2, 3});
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

TEST_CASE("with capacity 0 nothing is lost or doubled under random cancellation") {
  std::mt19937_64 random(seed());
  for (int round = 0; round < 20; ++round) {
    run_virtually([&]() -> task<> {
      channel<int> values(0);
      co_await send_and_receive(values, random);
    });
  }
}

TEST_SUITE_END();
