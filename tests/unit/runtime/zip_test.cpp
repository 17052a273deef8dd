// SPDX-License-Identifier: Apache-2.0
#include "weir/zip.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "failing.hpp"
#include "run.hpp"
#include "weir/from_channel.hpp"
#include "weir/sleep.hpp"
#include "weir/stream_operators.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.zip");

namespace {

stream<int> count_slowly(int count, duration pause, int& made) {
  while (made < count) {
    co_await sleep(pause);
    co_yield ++made;
  }
}

stream<std::unique_ptr<std::string>> texts() {
  for (int value = 1;; ++value) co_yield std::make_unique<std::string>(std::to_string(value));
}

stream<int> fail_in_the_middle() {
  co_yield 1;
  co_yield failed(failure("not now"));
  co_yield 2;
}

}  // namespace

TEST_CASE("zip asks all sources at the same time, and ends with the shortest") {
  run_virtually([]() -> task<> {
    int slow = 0;
    int quick = 0;
    int count = 0;
    co_await (zip(count_slowly(3, 5s, slow), texts(), count_slowly(9, 4s, quick)) |
              for_each([&](std::tuple<int, std::unique_ptr<std::string>, int> values) {
                ++count;
                CHECK(std::get<0>(values) == count);
                CHECK(*std::get<1>(values) == std::to_string(count));
                CHECK(std::get<2>(values) == count);
                CHECK(loop::current().now().time_since_epoch() == count * 5s);
              }));
    CHECK(count == 3);
    // The end of the first stopped the wait for a fourth of the third.
    CHECK(quick == 3);
    CHECK(loop::current().now().time_since_epoch() == 15s);
  });
}

TEST_CASE("between two values of zip no source is ahead") {
  run_virtually([]() -> task<> {
    int one = 0;
    int other = 0;
    co_await with_scope([&](scope& children) -> task<> {
      auto line = zip(count_slowly(9, 1s, one), count_slowly(9, 2s, other)) | in_scope(children);
      for (int count = 1; count <= 3; ++count) {
        CHECK(co_await line.next() == std::tuple(count, count));
        co_await sleep(1h);
        CHECK(one == count);
        CHECK(other == count);
      }
    });
  });
}

TEST_CASE("a next() that is cancelled, or that fails, keeps the values of the other sources") {
  run_virtually([]() -> task<> {
    int slow = 0;
    co_await with_scope([&](scope& children) -> task<> {
      auto line = zip(fail_in_the_middle(), count_slowly(2, 5s, slow)) | in_scope(children);
      for (int attempt = 0; attempt < 4; ++attempt) {
        CHECK_FALSE((co_await with_timeout(1s, line.next()).as_result()).has_value());
        CHECK(slow == 0);
      }
      CHECK(co_await line.next() == std::tuple(1, 1));
      CHECK((co_await line.next().as_result()).error().message() == "not now");
      CHECK(co_await line.next() == std::tuple(2, 2));
      CHECK(co_await line.next() == std::nullopt);
      CHECK(co_await line.next() == std::nullopt);
    });
  });
}

TEST_CASE("a zip that is destroyed between two values leaves nothing behind in its scope") {
  run_virtually([]() -> task<> {
    int slow = 0;
    channel<int> never(1);
    co_await with_scope([&](scope& children) -> task<> {
      {
        auto line = zip(from_channel(never), count_slowly(2, 5s, slow)) | in_scope(children);
        CHECK_FALSE((co_await with_timeout(1s, line.next()).as_result()).has_value());
        CHECK(children.size() == 1);
      }
      co_await children.join();
      CHECK(slow == 0);
    });
  });
}

TEST_CASE("when the scope of a zip is stopped first, its next() says cancelled") {
  run_virtually([]() -> task<> {
    channel<int> never(1);
    scope children;
    auto line = zip(from_channel(never), texts()) | in_scope(children);
    CHECK_FALSE((co_await with_timeout(1s, line.next()).as_result()).has_value());
    co_await children.close();
    CHECK((co_await line.next().as_result()).error().is_cancelled());
  });
}

TEST_SUITE_END();
