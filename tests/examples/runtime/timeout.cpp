// SPDX-License-Identifier: Apache-2.0
#include "weir/timeout.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"
#include "weir/sleep.hpp"

namespace {

weir::task<bool> answers_in_time() {
  const auto answer =
      co_await weir::with_timeout(std::chrono::milliseconds(1), weir::sleep(std::chrono::hours(1)))
          .as_result();
  co_return answer.has_value() || answer.error().code() != weir::errc::deadline_exceeded;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("timeout: what takes too long is cancelled and awaited") {
    weir::loop home;
    CHECK_FALSE(home.run(answers_in_time()));
  }
}
