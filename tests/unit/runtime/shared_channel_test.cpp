// SPDX-License-Identifier: Apache-2.0
// What shared_channel has alone; the rest is in channel_contract_test.cpp and, with several loops,
// in shared_channel_threads_test.cpp.
#include "weir/shared_channel.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.shared_channel");

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
