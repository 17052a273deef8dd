// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/histogram.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "seed.hpp"

TEST_SUITE_BEGIN("service.histogram");

using namespace std::chrono_literals;

TEST_CASE("an empty histogram has no quantile but zero") {
  const weir::histogram empty;

  CHECK(empty.count() == 0);
  CHECK(empty.quantile(0.99) == 0ns);
}

TEST_CASE("a quantile is the sorted value to within an eighth") {
  std::mt19937_64 random(weir::test::seed());
  weir::histogram measured;
  std::vector<weir::duration> sorted;
  for (int count = 0; count < 5'000; ++count) {
    const weir::duration value(static_cast<std::int64_t>(random() >> (30 + random() % 34)));
    measured.record(value);
    sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());

  for (const double fraction : {0.0, 0.01, 0.5, 0.9, 0.99, 1.0}) {
    const auto exact = sorted[static_cast<std::size_t>(fraction * double(sorted.size() - 1))];
    CHECK(measured.quantile(fraction) >= exact);
    CHECK(measured.quantile(fraction) <= exact + exact / 8 + 1ns);
  }
}

TEST_CASE("values out of range count as the nearest in range") {
  weir::histogram measured;
  measured.record(-5s);
  measured.record(24h);

  CHECK(measured.count() == 2);
  CHECK(measured.quantile(0.0) == 0ns);
  CHECK(measured.quantile(1.0) > 100s);
}

TEST_SUITE_END();
