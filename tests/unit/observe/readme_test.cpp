// SPDX-License-Identifier: Apache-2.0
// The code that sdk/README.md shows of metrics.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "lines.hpp"
#include "weir/observe/counter.hpp"
#include "weir/observe/histogram_metric.hpp"

TEST_SUITE_BEGIN("observe.readme");

namespace {

const weir::counter orders("order_seen_total", "Orders that were seen.");
const weir::counter_family by_country("order_country_total", "Orders, by where they come from.",
                                      {"country"});
const weir::histogram_metric paying("payment_duration_seconds", "How long paying took.");

void note(const std::string& country, weir::duration took) {
  orders.add();
  by_country.with({country}).add();
  paying.record(took);
}

}  // namespace

TEST_CASE("metrics at namespace scope are exported by all that the program has") {
  using namespace std::chrono_literals;
  note("ch", 3ms);
  note("it", 4ms);
  const auto now = [](std::string_view series) {
    return weir::test::value_of(series, weir::metrics_registry::global());
  };
  CHECK(now("order_seen_total") == "2");
  CHECK(now("order_country_total{country=\"ch\"}") == "1");
  CHECK(now("payment_duration_seconds_bucket{le=\"0.005\"}") == "2");
}

TEST_SUITE_END();
