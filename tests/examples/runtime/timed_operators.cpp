// SPDX-License-Identifier: Apache-2.0
#include "weir/timed_operators.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "weir/from_channel.hpp"
#include "weir/stream_operators.hpp"

using namespace std::chrono_literals;

namespace {

/// Stores what comes in batches of 100, or what has come when the first of a batch is 10 ms old.
weir::task<> store_all(weir::channel<int>& readings, std::vector<std::size_t>& batches) {
  return weir::from_channel(readings) | weir::chunks(100, 10ms) | weir::timeout(1min) |
         weir::for_each([&](const std::vector<int>& batch) { batches.push_back(batch.size()); });
}

weir::task<std::vector<std::size_t>> measure() {
  weir::channel<int> readings(250);
  for (int reading = 0; reading < 250; ++reading) co_await readings.send(reading);
  readings.close();
  std::vector<std::size_t> batches;
  co_await store_all(readings, batches);
  co_return batches;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("timed_operators: batches that are full, or old enough") {
    weir::loop home;
    CHECK(home.run(measure()) == std::vector<std::size_t>{100, 100, 50});
  }
}
