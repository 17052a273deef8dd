// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/gauge.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <thread>

#include "lines.hpp"

TEST_SUITE_BEGIN("observe.gauge");

using namespace weir::test;

TEST_CASE("a gauge is 0 until it is set, and then what it was set to last") {
  weir::metrics_registry all;
  const weir::gauge price("price_francs", "What it costs.", all);
  CHECK(value_of("price_francs", all) == "0");
  price.set(12.5);
  price.set(-0.25);
  CHECK(value_of("price_francs", all) == "-0.25");
}

TEST_CASE("gauges of a family are told apart by the values of their labels") {
  weir::metrics_registry all;
  const weir::gauge_family price("price_francs", "What it costs.", {"kind"}, all);
  price.with({"tea"}).set(12);
  price.with({"coffee"}).set(9);
  CHECK(value_of("price_francs{kind=\"tea\"}", all) == "12");
  CHECK(value_of("price_francs{kind=\"coffee\"}", all) == "9");
}

TEST_CASE("a gauge is looked up each time for as long as its source lives") {
  weir::metrics_registry all;
  const weir::gauge depth("queue_depth", "What waits.", all);
  double waiting = 3;
  auto source = std::make_unique<weir::gauge_source>(depth, [&waiting] { return waiting; });
  CHECK(value_of("queue_depth", all) == "3");
  waiting = 1;
  CHECK(value_of("queue_depth", all) == "1");
  source.reset();
  CHECK(value_of("queue_depth", all) == "0");
}

TEST_CASE("several sources of a gauge are added up") {
  weir::metrics_registry all;
  const weir::gauge depth("queue_depth", "What waits.", all);
  const weir::gauge_source one(depth, [] { return 3.0; });
  const weir::gauge_source other(depth, [] { return 4.5; });
  CHECK(value_of("queue_depth", all) == "7.5");
}

TEST_CASE("a source may be moved, and is asked where it is then") {
  weir::metrics_registry all;
  const weir::gauge depth("queue_depth", "What waits.", all);
  std::vector<weir::gauge_source> kept;
  for (int count = 0; count < 10; ++count) kept.emplace_back(depth, [] { return 1.0; });
  CHECK(value_of("queue_depth", all) == "10");
  kept.clear();
  CHECK(value_of("queue_depth", all) == "0");
}

TEST_CASE("another thread sees what a source gave last, and does not ask it") {
  weir::metrics_registry all;
  const weir::gauge depth("queue_depth", "What waits.", all);
  double waiting = 3;
  const std::thread::id home = std::this_thread::get_id();
  bool asked_elsewhere = false;
  const weir::gauge_source source(depth, [&] {
    asked_elsewhere |= std::this_thread::get_id() != home;
    return waiting;
  });
  const auto seen_elsewhere = [&all] {
    std::string seen;
    std::thread([&] { seen = value_of("queue_depth", all); }).join();
    return seen;
  };
  CHECK(seen_elsewhere() == "0");
  CHECK(value_of("queue_depth", all) == "3");
  waiting = 8;
  CHECK(seen_elsewhere() == "3");
  CHECK_FALSE(asked_elsewhere);
}

TEST_SUITE_END();
