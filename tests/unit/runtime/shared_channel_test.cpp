// SPDX-License-Identifier: Apache-2.0
#include "weir/shared_channel.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/select.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.shared_channel");

namespace {

task<> send_all(shared_channel<int>& target, int first, int last) {
  for (int value = first; value < last; ++value) co_await target.send(value);
}

task<> receive_all(shared_channel<int>& source, std::vector<int>& received) {
  while (const auto value = co_await source.receive()) received.push_back(*value);
}

task<> receive_one(shared_channel<int>& source, std::vector<int>& received) {
  const auto value = co_await source.receive();
  if (value) received.push_back(*value);
}

}  // namespace

TEST_CASE("values come out in the order they went in, for every capacity") {
  for (const std::size_t capacity : {1U, 2U, 7U, 64U}) {
    run([&]() -> task<> {
      shared_channel<int> values(capacity);
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
  run([]() -> task<> {
    shared_channel<int> values(3);
    int sent = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](shared_channel<int>& target, int& count) -> task<> {
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
      CHECK_FALSE(values.try_send(9));
    });
  });
}

TEST_CASE("waiters are served in the order they came") {
  run([]() -> task<> {
    shared_channel<int> values(4);
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

TEST_CASE("after close the values that are left come out, and then nothing, for ever") {
  run([]() -> task<> {
    shared_channel<int> values(2);
    co_await values.send(1);
    co_await values.send(2);
    values.close();
    CHECK(values.is_closed());
    CHECK((co_await values.send(3).as_result()).error().is(errc::closed));
    CHECK_FALSE(values.try_send(4));
    CHECK(co_await values.receive() == 1);
    CHECK(co_await values.receive() == 2);
    CHECK(co_await values.receive() == std::nullopt);
    CHECK(values.try_receive() == std::nullopt);
  });
}

TEST_CASE("close wakes all: receivers with nothing, senders with an error") {
  run([]() -> task<> {
    shared_channel<int> empty(1);
    shared_channel<int> full(1);
    std::vector<int> received;
    std::optional<error> failed;
    co_await full.send(1);
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 3; ++count) children.spawn(receive_all(empty, received));
      children.spawn([](shared_channel<int>& target, std::optional<error>& why) -> task<> {
        const auto sent = co_await target.send(2).as_result();
        if (!sent.has_value()) why = sent.error();
      }(full, failed));
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

TEST_CASE("a cancelled wait has sent or received nothing, and leaves its place to the next") {
  run([]() -> task<> {
    shared_channel<int> values(1);
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

TEST_CASE("a value that came before the stop is kept") {
  run([]() -> task<> {
    shared_channel<int> values(1);
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

TEST_CASE("in a select the loser leaves its value and sends none") {
  run([]() -> task<> {
    shared_channel<int> left(1);
    shared_channel<int> right(1);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](shared_channel<int>& first, shared_channel<int>& then) -> task<> {
        co_await yield();
        CHECK(first.try_send(1));
        CHECK(then.try_send(2));
      }(right, left));
      const auto first = co_await select(left.receive(), right.receive(), sleep(1h));
      REQUIRE(first.index() == 1);
      CHECK(std::get<1>(first) == 1);
      CHECK(co_await left.receive() == 2);
    });
    co_await left.send(1);
    CHECK((co_await select(left.send(2), right.send(3))).index() == 1);
    CHECK((co_await select(left.send(4), sleep(1ms))).index() == 1);
    CHECK(left.try_receive() == 1);
    CHECK(left.try_receive() == std::nullopt);
  });
}

TEST_CASE("values that can only be moved pass through, and a refused one stays with its owner") {
  run([]() -> task<> {
    shared_channel<std::unique_ptr<int>> values(1);
    co_await values.send(std::make_unique<int>(3));
    auto kept = std::make_unique<int>(4);
    CHECK_FALSE(values.try_send(kept));
    REQUIRE(kept != nullptr);
    const auto received = co_await values.receive();
    REQUIRE(received.has_value());
    CHECK(**received == 3);
  });
}

TEST_CASE("a thread without a loop can send, receive and close where it need not wait") {
  shared_channel<std::string> values(1);
  std::thread([&] {
    CHECK(values.try_send("from a plain thread"));
    CHECK_FALSE(values.try_send("too many"));
  }).join();
  run([&]() -> task<> { CHECK(co_await values.receive() == "from a plain thread"); });
  run([&]() -> task<> {
    std::thread plain;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](shared_channel<std::string>& source) -> task<> {
        CHECK(co_await source.receive() == "while it waits");
        CHECK(co_await source.receive() == std::nullopt);
      }(values));
      co_await yield();
      plain = std::thread([&] {
        CHECK(values.try_send("while it waits"));
        values.close();
      });
      co_await children.join();
    });
    plain.join();
  });
  CHECK(values.is_closed());
}

TEST_SUITE_END();
