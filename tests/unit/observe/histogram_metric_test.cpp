// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/histogram_metric.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "lines.hpp"

TEST_SUITE_BEGIN("observe.histogram_metric");

using namespace std::chrono_literals;
using namespace weir::test;

TEST_CASE("a value counts in its bucket and all above, and a bound belongs to its bucket") {
  weir::metrics_registry all;
  const weir::histogram_metric size("size_bytes", "How large they are.", {1, 10, 100}, all);
  for (const double value : {0.0, 1.0, 1.5, 10.0, 100.5}) size.record(value);
  CHECK(value_of("size_bytes_bucket{le=\"1\"}", all) == "2");
  CHECK(value_of("size_bytes_bucket{le=\"10\"}", all) == "4");
  CHECK(value_of("size_bytes_bucket{le=\"100\"}", all) == "4");
  CHECK(value_of("size_bytes_bucket{le=\"+Inf\"}", all) == "5");
  CHECK(value_of("size_bytes_sum", all) == "113");
  CHECK(value_of("size_bytes_count", all) == "5");
}

TEST_CASE("what is no number counts among the largest") {
  weir::metrics_registry all;
  const weir::histogram_metric size("size_bytes", "How large they are.", {1, 10}, all);
  size.record(std::numeric_limits<double>::quiet_NaN());
  size.record(std::numeric_limits<double>::infinity());
  CHECK(value_of("size_bytes_bucket{le=\"10\"}", all) == "0");
  CHECK(value_of("size_bytes_bucket{le=\"+Inf\"}", all) == "2");
  CHECK(value_of("size_bytes_sum", all) == "NaN");
}

TEST_CASE("spans of time are recorded in seconds, in buckets for a loop's latencies") {
  weir::metrics_registry all;
  const weir::histogram_metric took("took_seconds", "How long it took.", weir::latency_buckets(),
                                    all);
  took.record(250us);
  took.record(251us);
  took.record(11s);
  CHECK(value_of("took_seconds_bucket{le=\"0.00025\"}", all) == "1");
  CHECK(value_of("took_seconds_bucket{le=\"0.0005\"}", all) == "2");
  CHECK(value_of("took_seconds_bucket{le=\"10\"}", all) == "2");
  CHECK(value_of("took_seconds_bucket{le=\"+Inf\"}", all) == "3");
  CHECK(lines_of("took_seconds_bucket", all).size() == 16);
}

TEST_CASE("histograms of a family are told apart by their labels, each with all its lines") {
  weir::metrics_registry all;
  const weir::histogram_family took("took_seconds", "How long it took.", {"by"}, {1}, all);
  took.with({"a"}).record(0.5);
  took.with({"b"}).record(2.0);
  CHECK(value_of("took_seconds_bucket{by=\"a\",le=\"1\"}", all) == "1");
  CHECK(value_of("took_seconds_bucket{by=\"b\",le=\"1\"}", all) == "0");
  CHECK(value_of("took_seconds_sum{by=\"b\"}", all) == "2");
  CHECK(value_of("took_seconds_count{by=\"a\"}", all) == "1");
}

TEST_CASE("an exemplar stands at its bucket, the latest one, and in OpenMetrics alone") {
  weir::metrics_registry all;
  const weir::histogram_metric took("took_seconds", "How long it took.", {1, 2}, all);
  weir::exemplar by{};
  by.trace_id[0] = std::byte{0xab};
  by.span_id[7] = std::byte{0x0f};
  took.record(1.25, weir::exemplar{});
  took.record(1.5, by);

  const auto open = weir::metrics_format::openmetrics;
  const std::string with = value_of("took_seconds_bucket{le=\"2.0\"}", all, open);
  CHECK(
      with.starts_with("2 # {trace_id=\"ab000000000000000000000000000000\","
                       "span_id=\"000000000000000f\"} 1.5 "));
  CHECK(value_of("took_seconds_bucket{le=\"1.0\"}", all, open) == "0");
  CHECK(value_of("took_seconds_bucket{le=\"+Inf\"}", all, open) == "2");
  CHECK(value_of("took_seconds_bucket{le=\"2\"}", all) == "2");
  const std::size_t labels = with.find('}') - with.find('{') + 1;
  CHECK(labels <= 128);
}

TEST_CASE("bounds that do not ascend, are none, or too many are refused") {
  weir::metrics_registry all;
  const auto make = [&all](std::vector<double> bounds) {
    return weir::histogram_metric("took_seconds", "How long it took.", bounds, all);
  };
  CHECK_THROWS_WITH_AS(make({1, 1}), doctest::Contains("must ascend"), weir::error);
  CHECK_THROWS_WITH_AS(make({2, 1}), doctest::Contains("must ascend"), weir::error);
  CHECK_THROWS_WITH_AS(make({1, std::numeric_limits<double>::infinity()}),
                       doctest::Contains("for all that is larger is added"), weir::error);
  CHECK_THROWS_WITH_AS(make({1, std::nan("")}), doctest::Contains("must ascend"), weir::error);
  CHECK_THROWS_WITH_AS(make({}), doctest::Contains("has 0 bounds"), weir::error);
  std::vector<double> many(weir::histogram_metric::bounds_max + 1);
  for (std::size_t at = 0; at < many.size(); ++at) many[at] = static_cast<double>(at);
  CHECK_THROWS_WITH_AS(make(many), doctest::Contains("1 to 64 are possible"), weir::error);
  many.pop_back();
  make(many).record(1e9);
  CHECK(value_of("took_seconds_count", all) == "1");
}

TEST_SUITE_END();
