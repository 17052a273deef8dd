// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>

#include "weir/observe/metrics.hpp"

TEST_SUITE_BEGIN("observe.metrics_format");

namespace {

bool is_open(std::string_view accept) {
  return weir::choose_metrics_format(accept) == weir::metrics_format::openmetrics;
}

}  // namespace

TEST_CASE("Prometheus gets OpenMetrics, in each form in which it asks") {
  CHECK(is_open("application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;"
                "q=0.1") == false);  // Before 2.42 one asked for a draft.
  CHECK(
      is_open("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
              "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
  CHECK(
      is_open("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
              "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
}

TEST_CASE("who does not ask for OpenMetrics gets text") {
  for (const char* accept : {"", "*/*", "text/plain", "text/html,application/xhtml+xml,*/*;q=0.8",
                             "application/json", "application/openmetrics", "nonsense", ";;;", ",,",
                             "application/vnd.google.protobuf;encoding=delimited"}) {
    CAPTURE(accept);
    CHECK_FALSE(is_open(accept));
  }
}

TEST_CASE("what is wanted more is given, and of the same OpenMetrics") {
  CHECK(is_open("text/plain, application/openmetrics-text"));
  CHECK_FALSE(is_open("text/plain, application/openmetrics-text;q=0.9"));
  CHECK(is_open("text/plain;q=0.1, application/openmetrics-text;q=0.2"));
  CHECK_FALSE(is_open("application/openmetrics-text;q=0"));
  CHECK_FALSE(is_open("application/openmetrics-text;q=0.0, text/plain;q=0"));
}

TEST_CASE("case, quotes and white space make no difference") {
  CHECK(is_open("Application/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=1"));
  CHECK(is_open("\tapplication/openmetrics-text\t;\tq=0.5\t,\t*/*;q=0.1"));
}

TEST_CASE("a weight that is none is no wish") {
  for (const char* weight : {"", "x", "-1", "2", "nan", "inf", "1e9"}) {
    CAPTURE(weight);
    CHECK_FALSE(is_open("application/openmetrics-text;q=" + std::string(weight)));
  }
  CHECK(is_open("application/openmetrics-text;q=0.001"));
}

TEST_CASE("the answer says what it is") {
  CHECK(weir::content_type(weir::metrics_format::prometheus) ==
        "text/plain; version=0.0.4; charset=utf-8");
  CHECK(weir::content_type(weir::metrics_format::openmetrics) ==
        "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

TEST_SUITE_END();
