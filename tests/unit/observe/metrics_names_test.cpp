// SPDX-License-Identifier: Apache-2.0
#include "metrics_names.hpp"

#include <doctest/doctest.h>

#include "lines.hpp"
#include "weir/observe/counter.hpp"
#include "weir/observe/gauge.hpp"
#include "weir/observe/histogram_metric.hpp"

TEST_SUITE_BEGIN("observe.metrics_names");

using weir::detail::metric_description;
using weir::detail::metric_type;

namespace {

/// What is said against a metric; empty where it can be.
std::string complaint(const metric_description& about) {
  try {
    weir::detail::check(about);
  } catch (const weir::error& refused) {
    CHECK(refused.is(weir::errc::invalid_argument));
    CHECK(refused.disposition() == weir::disposition::permanent);
    return refused.message();
  }
  return {};
}

std::string of_counter(std::string name, std::vector<std::string> labels = {}) {
  return complaint({metric_type::counter, std::move(name), "Some help.", std::move(labels)});
}
std::string of_gauge(std::string name) {
  return complaint({metric_type::gauge, std::move(name), "Some help."});
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("a name that Prometheus would not take is refused with what a name is") {
  for (const char* name : {"", "1_total", "order-count_total", "orders total", "caf\xc3\xa9_total",
                           "a:b_total", "a\n_total", "a{b=\"c\"}_total"}) {
    CAPTURE(name);
    CHECK(contains(of_counter(name), "a name is letters, digits and '_'"));
  }
  for (const char* name : {"a_total", "_total", "Orders_2_total"}) CHECK(of_counter(name).empty());
}

TEST_CASE("a counter without _total is refused with the name that it should have") {
  CHECK(of_counter("orders") ==
        "the metric 'orders' cannot be: the name of a counter ends in _total; call it "
        "'orders_total'");
}

TEST_CASE("what Prometheus appends stands at no other metric") {
  for (const std::string ending : {"_total", "_count", "_sum", "_bucket", "_created"}) {
    CHECK(contains(of_gauge("orders" + ending), "ends in " + ending));
    CHECK(contains(complaint({metric_type::histogram, "orders" + ending, "Help.", {}, {1.0}}),
                   "ends in " + ending));
  }
  CHECK(of_gauge("orders_counted").empty());
}

TEST_CASE("a metric without a help text is refused") {
  CHECK(contains(complaint({metric_type::gauge, "orders", ""}), "it has no help text"));
}

TEST_CASE("labels that cannot be are refused, each with its name") {
  CHECK(of_counter("a_total", {"country", "_kind2"}).empty());
  for (const char* label : {"", "2nd", "a-b", "a:b", "__name__", "\xc3\xa9"}) {
    CAPTURE(label);
    CHECK(contains(of_counter("a_total", {"b", label}),
                   "its label '" + std::string(label) + "' is no name"));
  }
  CHECK(contains(of_counter("a_total", {"le"}), "'le' is Prometheus' own"));
  CHECK(contains(of_counter("a_total", {"quantile"}), "'quantile' is Prometheus' own"));
  CHECK(contains(of_counter("a_total", {"b", "c", "b"}), "the label 'b' twice"));
}

TEST_CASE("a name that is taken, or exported by another metric, is refused with who has it") {
  weir::metrics_registry all;
  const weir::counter orders("orders_total", "Help.", all);
  CHECK_THROWS_WITH_AS(weir::counter("orders_total", "Help.", all),
                       doctest::Contains("define a metric once"), weir::error);
  CHECK_THROWS_WITH_AS(weir::gauge("orders", "Help.", all),
                       doctest::Contains("'orders_total' is exported as 'orders', too"),
                       weir::error);
  const weir::histogram_metric took("took_seconds", "Help.", {1}, all);
  CHECK_THROWS_WITH_AS(weir::gauge_family("took_seconds", "Help.", {"a"}, all),
                       doctest::Contains("'took_seconds'"), weir::error);
  const weir::gauge build("build_info", "Help.", all);
  CHECK_THROWS_AS(weir::gauge("build", "Help.", all), weir::error);
  CHECK_THROWS_AS(weir::counter("weir_metric_series_refused_total", "Help.", all), weir::error);
  const weir::gauge other("order", "Help.", all);
  CHECK(weir::test::value_of("order", all) == "0");
}

TEST_CASE("the same name may be in another registry") {
  weir::metrics_registry one;
  weir::metrics_registry other;
  const weir::counter here("orders_total", "Help.", one);
  const weir::counter there("orders_total", "Help.", other);
  here.add();
  CHECK(weir::test::value_of("orders_total", one) == "1");
  CHECK(weir::test::value_of("orders_total", other) == "0");
}

TEST_CASE("a unit is what a name ends in before _total") {
  const auto unit = [](metric_type type, std::string name) {
    return weir::detail::unit_of({type, std::move(name), "Help."});
  };
  CHECK(unit(metric_type::histogram, "took_seconds") == "seconds");
  CHECK(unit(metric_type::counter, "sent_bytes_total") == "bytes");
  CHECK(unit(metric_type::gauge, "busy_ratio") == "ratio");
  CHECK(unit(metric_type::gauge, "seconds").empty());
  CHECK(unit(metric_type::gauge, "milliseconds").empty());
  CHECK(unit(metric_type::counter, "orders_total").empty());
}

TEST_CASE("what in a label is not UTF-8 becomes a question mark, what is stays") {
  using weir::detail::label_text;
  CHECK(label_text("Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80");
  CHECK(label_text("\xff") == "?");
  CHECK(label_text("a\xc3") == "a?");               // Cut short.
  CHECK(label_text("\xc0\xaf") == "??");            // Too long a form of '/'.
  CHECK(label_text("\xe0\x80\xaf") == "???");       // The same.
  CHECK(label_text("\xed\xa0\x80") == "???");       // Half of a pair.
  CHECK(label_text("\xf4\x90\x80\x80") == "????");  // Beyond the last character.
  CHECK(label_text("\xf8\x88\x80\x80\x80") == "?????");
  CHECK(label_text("\xe2\x28\xa1") == "?(?");
}

TEST_CASE("a label keeps so many bytes and no half of a character") {
  const std::string long_one(weir::detail::label_value_bytes_max - 1, 'a');
  CHECK(weir::detail::label_text(long_one + "bcd") == long_one + "b");
  CHECK(weir::detail::label_text(long_one + "\xc3\xbc") == long_one + "?");
}

TEST_CASE("backslashes, line breaks and quotes are escaped") {
  CHECK(weir::detail::label_text("a\\b\"c\nd") == "a\\\\b\\\"c\\nd");
  CHECK(weir::detail::escaped("a\\b\"c\nd", false) == "a\\\\b\"c\\nd");
}

TEST_SUITE_END();
