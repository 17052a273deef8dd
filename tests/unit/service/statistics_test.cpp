// SPDX-License-Identifier: Apache-2.0
// What a service reports at its end and what it exports is one count.
#include "statistics.hpp"

#include <doctest/doctest.h>

#include "../observe/lines.hpp"

TEST_SUITE_BEGIN("service.statistics");

using namespace std::chrono_literals;

namespace {

std::string exported(const std::string& name, const std::string& labels) {
  return weir::test::value_of(name + '{' + labels + '}', weir::metrics_registry::global());
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what is counted once is reported and exported, in each sum that it belongs to") {
  weir::detail::service_statistics of_service;
  auto& one = of_service.consumers.emplace_back("A", "one");
  auto& other = of_service.consumers.emplace_back("A", "other");
  auto& endpoint = of_service.responders.emplace_back("statistics-ask");
  one.processed += 5;
  one.duplicates_skipped += 2;
  ++one.dead_lettered;
  ++one.given_up_by_server;
  ++other.processed;
  one.published += 4;
  ++endpoint.published;
  endpoint.answered += 3;
  one.latency.record(1ms);
  other.latency.record(1s);

  const std::string report = of_service.to_json("uring");
  CHECK(contains(report, R"("processed":6)"));
  CHECK(contains(report, R"("duplicates_skipped":2)"));
  CHECK(contains(report, R"("dead_lettered":2)"));
  CHECK(contains(report, R"("published":5)"));
  CHECK(contains(report, R"("answered":3)"));

  const std::string labels = R"(stream="A",consumer="one")";
  CHECK(exported("weir_messages_acked_total", labels) == "7");
  CHECK(exported("weir_messages_duplicate_total", labels) == "2");
  CHECK(exported("weir_messages_dead_lettered_total", labels) == "2");
  CHECK(exported("weir_messages_terminated_total", labels) == "1");
  CHECK(exported("weir_messages_acked_total", R"(stream="A",consumer="other")") == "1");
  CHECK(exported("weir_events_published_total", R"(handler="one")") == "4");
  CHECK(exported("weir_requests_answered_total", R"(handler="statistics-ask")") == "3");
}

TEST_CASE("the report's latencies are those of all consumers together") {
  weir::detail::service_statistics of_service;
  for (int count = 0; count < 99; ++count) {
    of_service.consumers.emplace_back("B", "c" + std::to_string(count)).latency.record(1ms);
  }
  of_service.consumers.emplace_back("B", "slow").latency.record(8s);
  const std::string report = of_service.to_json("uring");
  CHECK(contains(report, R"("p50_ms":1.0)"));
}

TEST_CASE("what a service that has ended had counted stays exported") {
  const std::string labels = R"(stream="C",consumer="gone")";
  weir::detail::consumer_statistics("C", "gone").expired += 3;
  CHECK(exported("weir_messages_expired_total", labels) == "3");
  weir::detail::consumer_statistics next("C", "gone");
  ++next.expired;
  CHECK(exported("weir_messages_expired_total", labels) == "4");
  CHECK(exported("weir_messages_terminated_total", labels) == "4");
}

TEST_SUITE_END();
