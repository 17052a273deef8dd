// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/counter.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "lines.hpp"

TEST_SUITE_BEGIN("observe.counter");

using namespace weir::test;

TEST_CASE("a counter is there from the start, and counts what is added") {
  weir::metrics_registry all;
  const weir::counter orders("orders_total", "Orders that came.", all);
  CHECK(value_of("orders_total", all) == "0");
  orders.add();
  orders.add(41);
  CHECK(value_of("orders_total", all) == "42");
}

TEST_CASE("a copy of a counter counts in the same") {
  weir::metrics_registry all;
  const weir::counter orders("orders_total", "Orders that came.", all);
  const weir::counter same = orders;
  orders.add();
  same.add();
  CHECK(value_of("orders_total", all) == "2");
}

TEST_CASE("counters of a family are told apart by the values of their labels") {
  weir::metrics_registry all;
  const weir::counter_family orders("orders_total", "Orders that came.", {"country", "kind"}, all);
  orders.with({"ch", "tea"}).add();
  orders.with({"ch", "coffee"}).add(2);
  orders.with({"ch", "tea"}).add(3);
  CHECK(value_of("orders_total{country=\"ch\",kind=\"tea\"}", all) == "4");
  CHECK(value_of("orders_total{country=\"ch\",kind=\"coffee\"}", all) == "2");
  CHECK(lines_of("orders_total", all).size() == 2);
}

TEST_CASE("values whose texts joined are the same are not the same") {
  weir::metrics_registry all;
  const weir::counter_family orders("orders_total", "Orders that came.", {"a", "b"}, all);
  orders.with({"x", ""}).add();
  orders.with({"", "x"}).add(2);
  CHECK(value_of("orders_total{a=\"x\",b=\"\"}", all) == "1");
  CHECK(value_of("orders_total{a=\"\",b=\"x\"}", all) == "2");
}

TEST_CASE("a counter of too few or too many values is refused with the names of the labels") {
  weir::metrics_registry all;
  const weir::counter_family orders("orders_total", "Orders that came.", {"country", "kind"}, all);
  const char* expected = "'orders_total' has 2 labels (country, kind), and was given ";
  CHECK_THROWS_WITH_AS(orders.with({"ch"}), doctest::Contains(expected), weir::error);
  CHECK_THROWS_WITH_AS(orders.with({"ch", "a", "b"}), doctest::Contains(expected), weir::error);
}

TEST_CASE("beyond the most that a family may have, series are one, and each is told of") {
  weir::metrics_registry all;
  const weir::counter_family orders("orders_total", "Orders that came.", {"customer"}, all);
  const std::string refused = "weir_metric_series_refused_total{metric=\"orders_total\"}";
  CHECK(value_of(refused, all) == "0");
  for (std::size_t at = 0; at < weir::metrics_registry::series_max; ++at) {
    orders.with({std::to_string(at)}).add();
  }
  CHECK(value_of(refused, all) == "0");

  orders.with({"one more"}).add(5);
  orders.with({"another"}).add(6);
  orders.with({"7"}).add();  // Has its own.

  CHECK(lines_of("orders_total", all).size() == weir::metrics_registry::series_max + 1);
  CHECK(value_of("orders_total{customer=\"__other__\"}", all) == "11");
  CHECK(value_of("orders_total{customer=\"7\"}", all) == "2");
  CHECK(value_of(refused, all) == "2");
}

TEST_CASE("what an owner counts is in each series that it belongs to, and stays when it ends") {
  weir::metrics_registry all;
  const weir::counter done("done_total", "What was done.", all);
  const weir::counter_family ends("ends_total", "How it ended.", {"how"}, all);
  {
    weir::detail::metric_cell own;
    const weir::detail::metric_part in_all(done.series(), own);
    const weir::detail::metric_part in_one(ends.with({"well"}).series(), own);
    own += 3;
    ++own;
    done.add();
    CHECK(own.value() == 4);
    CHECK(value_of("done_total", all) == "5");
    CHECK(value_of("ends_total{how=\"well\"}", all) == "4");
  }
  CHECK(value_of("done_total", all) == "5");
  weir::detail::metric_cell next;
  const weir::detail::metric_part in_all(done.series(), next);
  ++next;
  CHECK(value_of("done_total", all) == "6");
}

TEST_CASE("a number that somebody else counts is looked up, and stays when they end") {
  weir::metrics_registry all;
  const weir::counter seen("seen_total", "What was seen.", all);
  std::uint64_t count = 7;
  auto source = std::make_unique<weir::counter_source>(seen, [&count] { return count; });
  CHECK(value_of("seen_total", all) == "7");
  count = 9;
  CHECK(value_of("seen_total", all) == "9");
  source.reset();
  count = 100;
  CHECK(value_of("seen_total", all) == "9");
}

TEST_SUITE_END();
