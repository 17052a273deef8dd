// SPDX-License-Identifier: Apache-2.0
#include "weir/assert.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>

namespace {

/// The largest of `prices`, of which there is at least one.
int largest(std::span<const int> prices) {
  WEIR_ASSERT(!prices.empty());  // Whoever calls with none has a bug: the program ends here.
  int found = prices.front();
  for (const int price : prices) found = price > found ? price : found;
  return found;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("assert: what only a bug could break is checked, in release builds too") {
    CHECK(largest(std::array{3, 5, 4}) == 5);
  }
}
