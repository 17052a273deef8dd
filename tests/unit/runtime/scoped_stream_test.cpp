// SPDX-License-Identifier: Apache-2.0
#include "weir/scoped_stream.hpp"

#include <doctest/doctest.h>

#include <array>
#include <utility>
#include <vector>

#include "failing.hpp"
#include "run.hpp"
#include "weir/buffered.hpp"
#include "weir/merge.hpp"
#include "weir/stream_operators.hpp"
#include "weir/timed_operators.hpp"
#include "weir/unix_socket.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.scoped_stream");

namespace {

stream<int> count_to(int last) {
  for (int value = 1; value <= last; ++value) co_yield value;
}

struct two_ends {
  unix_stream near;
  unix_stream far;
};

two_ends connect_pair() {
  auto ends = unix_stream::pair();
  return {std::move(ends[0]), std::move(ends[1])};
}

/// The bytes that come, one by one. The frame holds what the kernel writes into.
stream<char> characters(socket_stream& source) {
  std::array<std::byte, 1> one{};
  while (co_await source.read_some(one) == 1) co_yield static_cast<char>(one[0]);
}

task<char> read_character(socket_stream& source) {
  std::array<std::byte, 1> one{};
  if (co_await source.read_some(one) == 0) co_return '.';
  co_return static_cast<char>(one[0]);
}

}  // namespace

TEST_CASE("operators may stand before and after what needs a scope, and a task ends the line") {
  run_virtually([]() -> task<> {
    const auto twice = [](int value) -> task<int> {
      co_await yield();
      co_return 2 * value;
    };
    const auto all =
        co_await (count_to(9) | filter([](int value) { return value != 5; }) | map(twice) |
                  buffered(3) | chunks(3, 1s) | timeout(1s) | flatten() |
                  scan(0, [](int, int value) { return value + 1; }) | take(6) | collect());
    CHECK(all == std::vector{3, 5, 7, 9, 13, 15});
  });
}

TEST_CASE("a stream that needs no scope may be treated as one that does") {
  run_virtually([]() -> task<> {
    scoped_stream<int> line = count_to(3);
    CHECK((co_await (std::move(line) | collect())) == std::vector{1, 2, 3});
    scope unused;
    stream<int> plain = count_to(2) | in_scope(unused);
    CHECK(co_await plain.next() == 1);
    CHECK(unused.size() == 0);
  });
}

TEST_CASE("a line that is never asked makes nothing") {
  run_virtually([]() -> task<> {
    int made = 0;
    const auto count = [](int& note) -> stream<int> {
      ++note;
      co_yield 1;
    };
    {
      const auto unused = merge(count(made), count(made)) | map([](int value) { return value; });
    }
    {
      const task<std::vector<int>> unused = merge(count(made), count(made)) | collect();
    }
    CHECK(made == 0);
    co_return;
  });
}

TEST_CASE("a function that throws in a line that ends in a task stops and awaits its work") {
  run_virtually([]() -> task<> {
    int at_work = 0;
    const auto sleep_long = [&](int) -> task<> {
      ++at_work;
      static_cast<void>(co_await sleep(1h).as_result());
      --at_work;
    };
    const auto quick = [](int value) -> stream<int> {
      co_await sleep(1s);
      co_yield value;
    };
    const auto ended =
        co_await (merge(count_to(3) | map(sleep_long) | buffered(3) | map([](auto) { return 0; }),
                        quick(7)) |
                  for_each([](int) { throw failure("of the consumer"); }))
            .as_result();
    CHECK(ended.error().message() == "of the consumer");
    CHECK(at_work == 0);
    CHECK(loop::current().now().time_since_epoch() == 1s);
  });
}

TEST_CASE("a stream destroyed while the kernel works for it: the scope awaits the kernel") {
  run([]() -> task<> {
    auto [one_near, one_far] = connect_pair();
    auto [other_near, other_far] = connect_pair();
    co_await with_scope([&](scope& children) -> task<> {
      {
        auto line = merge(characters(one_near), characters(other_near)) | in_scope(children);
        co_await one_far.write_all("a");
        CHECK(co_await line.next() == 'a');
        co_await other_far.write_all("b");
        CHECK(co_await line.next() == 'b');
        CHECK(children.size() == 1);
      }
      co_await children.join();
    });
    // The reads were cancelled and took nothing.
    co_await one_far.write_all("c");
    CHECK(co_await read_character(one_near) == 'c');
    co_await other_far.write_all("d");
    CHECK(co_await read_character(other_near) == 'd');
  });
}

TEST_CASE("tasks that wait for the kernel, several at a time, are cancelled with their line") {
  run([]() -> task<> {
    std::vector<two_ends> pairs;
    for (int count = 0; count < 8; ++count) pairs.push_back(connect_pair());
    const auto read = [&](int number) {
      return read_character(pairs[static_cast<std::size_t>(number) - 1].near);
    };
    co_await pairs[2].far.write_all("x");
    const auto first =
        co_await (count_to(8) | map(read) | buffer_unordered(8) | take(1) | collect());
    CHECK(first == std::vector{'x'});
    for (auto& pair : pairs) {
      co_await pair.far.write_all("y");
      CHECK(co_await read_character(pair.near) == 'y');
    }
  });
}

TEST_SUITE_END();
