// SPDX-License-Identifier: Apache-2.0
// The two text forms, byte for byte.
#include <doctest/doctest.h>

#include <limits>

#include "lines.hpp"
#include "weir/observe/counter.hpp"
#include "weir/observe/gauge.hpp"
#include "weir/observe/histogram_metric.hpp"

TEST_SUITE_BEGIN("observe.metrics_text");

using namespace weir::test;
using weir::metrics_format;

namespace {

/// Some of each kind; registered in another order than that of their names.
struct some_metrics {
  weir::metrics_registry all;
  weir::histogram_family took{"took_seconds", "How long.", {"by"}, {0.5, 2}, all};
  weir::gauge build{"build_info", "A \"built\" thing\nof C:\\.", all};
  weir::counter_family sent{"sent_bytes_total", "What was sent.", {"to"}, all};

  some_metrics() {
    build.set(1);
    sent.with({"a\"b"}).add(3);
    took.with({"x"}).record(0.25);
    took.with({"x"}).record(3.0);
  }
};

constexpr const char* as_prometheus =
    "# HELP build_info A \"built\" thing\\nof C:\\\\.\n"
    "# TYPE build_info gauge\n"
    "build_info 1\n"
    "# HELP sent_bytes_total What was sent.\n"
    "# TYPE sent_bytes_total counter\n"
    "sent_bytes_total{to=\"a\\\"b\"} 3\n"
    "# HELP took_seconds How long.\n"
    "# TYPE took_seconds histogram\n"
    "took_seconds_bucket{by=\"x\",le=\"0.5\"} 1\n"
    "took_seconds_bucket{by=\"x\",le=\"2\"} 1\n"
    "took_seconds_bucket{by=\"x\",le=\"+Inf\"} 2\n"
    "took_seconds_sum{by=\"x\"} 3.25\n"
    "took_seconds_count{by=\"x\"} 2\n"
    "# HELP weir_metric_series_refused_total How often a series was asked for that its metric had "
    "no room for.\n"
    "# TYPE weir_metric_series_refused_total counter\n"
    "weir_metric_series_refused_total{metric=\"took_seconds\"} 0\n"
    "weir_metric_series_refused_total{metric=\"sent_bytes_total\"} 0\n";

constexpr const char* as_openmetrics =
    "# HELP build A \\\"built\\\" thing\\nof C:\\\\.\n"
    "# TYPE build info\n"
    "build_info 1\n"
    "# HELP sent_bytes What was sent.\n"
    "# TYPE sent_bytes counter\n"
    "# UNIT sent_bytes bytes\n"
    "sent_bytes_total{to=\"a\\\"b\"} 3\n"
    "# HELP took_seconds How long.\n"
    "# TYPE took_seconds histogram\n"
    "# UNIT took_seconds seconds\n"
    "took_seconds_bucket{by=\"x\",le=\"0.5\"} 1\n"
    "took_seconds_bucket{by=\"x\",le=\"2.0\"} 1\n"
    "took_seconds_bucket{by=\"x\",le=\"+Inf\"} 2\n"
    "took_seconds_sum{by=\"x\"} 3.25\n"
    "took_seconds_count{by=\"x\"} 2\n"
    "# HELP weir_metric_series_refused How often a series was asked for that its metric had no "
    "room for.\n"
    "# TYPE weir_metric_series_refused counter\n"
    "weir_metric_series_refused_total{metric=\"took_seconds\"} 0\n"
    "weir_metric_series_refused_total{metric=\"sent_bytes_total\"} 0\n"
    "# EOF\n";

}  // namespace

TEST_CASE("Prometheus' text has the metrics in the order of their names") {
  const some_metrics some;
  CHECK(write_metrics(metrics_format::prometheus, {}, some.all) == as_prometheus);
}

TEST_CASE("OpenMetrics has names without _total, units, and an end") {
  const some_metrics some;
  CHECK(write_metrics(metrics_format::openmetrics, {}, some.all) == as_openmetrics);
}

TEST_CASE("numbers are as short as they can be, and what is none has a name") {
  weir::metrics_registry all;
  const weir::gauge level("level", "Help.", all);
  const auto shown = [&](double value) {
    level.set(value);
    return value_of("level", all);
  };
  CHECK(shown(0.1) == "0.1");
  CHECK(shown(-0.00025) == "-0.00025");
  CHECK(shown(0.000016) == "1.6e-05");
  CHECK(shown(123456789012) == "123456789012");
  CHECK(shown(1e20) == "100000000000000000000");
  CHECK(shown(1e21) == "1e+21");
  CHECK(shown(1e300) == "1e+300");
  CHECK(shown(-std::numeric_limits<double>::denorm_min()) == "-5e-324");
  CHECK(shown(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(shown(std::numeric_limits<double>::infinity()) == "+Inf");
  CHECK(shown(-std::numeric_limits<double>::infinity()) == "-Inf");
  CHECK(shown(std::numeric_limits<double>::quiet_NaN()) == "NaN");
  const weir::counter most("most_total", "Help.", all);
  most.add(std::numeric_limits<std::uint64_t>::max());
  CHECK(value_of("most_total", all) == "18446744073709551615");
}

TEST_CASE("only what is asked for is written, by its name or by how that begins") {
  const some_metrics some;
  const auto written = [&some](std::string_view only) {
    return write_metrics(metrics_format::prometheus, only, some.all);
  };
  CHECK(written("build_info") ==
        "# HELP build_info A \"built\" thing\\nof C:\\\\.\n"
        "# TYPE build_info gauge\n"
        "build_info 1\n");
  CHECK(written("build").empty());
  CHECK(written("none*").empty());
  CHECK(written("*") == as_prometheus);
  CHECK(written("took*").starts_with("# HELP took_seconds"));
  CHECK(write_metrics(metrics_format::openmetrics, "none", some.all) == "# EOF\n");
}

TEST_SUITE_END();
