// SPDX-License-Identifier: Apache-2.0
#include "weir/read_write_lock.hpp"

#include <doctest/doctest.h>

#include <string>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.read_write_lock");

namespace {

struct room {
  read_write_lock lock;
  int readers = 0;
  int readers_most = 0;
  int writers = 0;
  std::string order;
};

task<> read(room& in) {
  const auto held = co_await in.lock.read();
  CHECK(in.writers == 0);
  in.readers_most = std::max(in.readers_most, ++in.readers);
  in.order += 'r';
  co_await yield();
  --in.readers;
}

task<> write(room& in) {
  const auto held = co_await in.lock.write();
  CHECK(in.readers == 0);
  CHECK(++in.writers == 1);
  in.order += 'w';
  co_await yield();
  --in.writers;
}

task<> give_up_writing(room& in) {
  const auto waited = co_await with_timeout(std::chrono::milliseconds(1), write(in)).as_result();
  CHECK_FALSE(waited.has_value());
}

}  // namespace

TEST_CASE("readers share, a writer is alone, and nobody is overtaken") {
  run_virtually([]() -> task<> {
    room in;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 3; ++count) children.spawn(read(in));
      children.spawn(write(in));
      for (int count = 0; count < 2; ++count) children.spawn(read(in));
      children.spawn(write(in));
      co_await children.join();
    });
    CHECK(in.order == "rrrwrrw");
    CHECK(in.readers_most == 3);
  });
}

TEST_CASE("a writer that gives up waiting lets the readers behind it in") {
  run_virtually([]() -> task<> {
    room in;
    co_await with_scope([&](scope& children) -> task<> {
      const auto held = co_await in.lock.read();
      children.spawn(give_up_writing(in));
      co_await yield();
      children.spawn(read(in));
      co_await yield();
      CHECK(in.order.empty());
      co_await children.join();
    });
    CHECK(in.order == "r");
    co_await write(in);
    CHECK(in.order == "rw");
  });
}

TEST_SUITE_END();
