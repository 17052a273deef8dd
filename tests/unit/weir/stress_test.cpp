// SPDX-License-Identifier: Apache-2.0
// The parts of `weir stress` that need no server.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "seed.hpp"
#include "stress/correlation.hpp"
#include "stress/fault.hpp"
#include "stress/html_report.hpp"
#include "stress/latency_histogram.hpp"
#include "stress/plot.hpp"
#include "stress/print_report.hpp"
#include "stress/sparkline.hpp"
#include "weir/detail/split_mix.hpp"

TEST_SUITE_BEGIN("weir.stress");

using namespace weir;
using namespace std::chrono_literals;
using tools::arrival_schedule;
using tools::latency_histogram;
using tools::load_phase;

namespace {

/// The exact quantile: the smallest value that is not below `fraction` of all.
duration exact(std::vector<duration> values, double fraction) {
  std::ranges::sort(values);
  const auto wanted =
      static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(wanted, 1) - 1];
}

/// Values over eleven powers of ten, most of them small.
std::vector<duration> random_values(detail::split_mix& random, std::size_t count) {
  std::vector<duration> made;
  while (made.size() < count) {
    const std::uint64_t largest = std::uint64_t{1} << (random.next() % 41);
    made.emplace_back(static_cast<duration::rep>(random.next() % largest));
  }
  return made;
}

bool is_near(duration kept, duration right) {
  return kept >= right &&
         static_cast<double>((kept - right).count()) <= static_cast<double>(right.count()) / 1000;
}

tools::stress_report report() {
  tools::stress_report made;
  made.subject = "orders.<created>";
  made.until_event = "orders.processed";
  made.phases.resize(2);
  for (auto& phase : made.phases) {
    phase.wanted = {.span = 1s, .rate = 2};
    phase.sent = phase.confirmed = phase.events = 2;
    for (const duration took : {duration(1ms), duration(3ms)}) {
      phase.confirmation.record(took);
      phase.event.record(2 * took);
    }
  }
  made.seconds = {{.at = 1,
                   .rate = 2,
                   .event_rate = 2,
                   .p50 = 2ms,
                   .p99 = 6ms,
                   .p999 = 6ms,
                   .in_flight = 0,
                   .backlog = 5}};
  return made;
}

}  // namespace

TEST_CASE("a histogram's quantiles are the exact ones, rounded up by a thousandth at most") {
  detail::split_mix random(weir::test::seed());
  for (int round = 0; round < 20; ++round) {
    const auto values = random_values(random, 1 + random.next() % 3000);
    latency_histogram kept;
    for (const duration value : values) kept.record(value);
    for (const double fraction : {0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
      INFO(fraction << " of " << values.size());
      CHECK(is_near(kept.quantile(fraction), exact(values, fraction)));
    }
    CHECK(kept.max() == *std::ranges::max_element(values));
    CHECK(kept.quantile(1) == kept.max());
  }
}

TEST_CASE("every power of two and its neighbours are kept to a thousandth") {
  for (int power = 0; power < 41; ++power) {
    for (const std::int64_t value : {(std::int64_t{1} << power) - 1, std::int64_t{1} << power,
                                     (std::int64_t{1} << power) + 1}) {
      latency_histogram one;
      one.record(duration(value));
      one.record(1h);  // So that it is not the largest, which is kept exactly.
      INFO(value);
      CHECK(is_near(one.quantile(0.5), duration(value)));
    }
  }
}

TEST_CASE("a histogram of two loads is that of both together") {
  detail::split_mix random(weir::test::seed());
  latency_histogram one;
  latency_histogram other;
  latency_histogram both;
  for (const duration value : random_values(random, 1000)) {
    (random.next() % 2 == 0 ? one : other).record(value);
    both.record(value);
  }
  one.add(other);
  CHECK(one.count() == both.count());
  CHECK(one.max() == both.max());
  for (const double fraction : {0.25, 0.5, 0.99}) {
    CHECK(one.quantile(fraction) == both.quantile(fraction));
  }
  one.clear();
  CHECK(one.count() == 0);
  CHECK(one.quantile(0.5) == 0ns);
  CHECK(one.steps(5).empty());
}

TEST_CASE("what is out of a histogram's range counts as its end") {
  latency_histogram kept;
  kept.record(-5s);
  CHECK(kept.max() == 0ns);
  kept.record(5h);
  CHECK(kept.max() == 1h);
  CHECK(kept.count() == 2);
}

TEST_CASE("the steps of a distribution rise to all of it") {
  detail::split_mix random(weir::test::seed());
  latency_histogram kept;
  for (const duration value : random_values(random, 5000)) kept.record(value);
  const auto steps = kept.steps(5);
  REQUIRE(steps.size() > 10);
  CHECK(std::ranges::is_sorted(steps, {}, &latency_histogram::step::value));
  CHECK(std::ranges::is_sorted(steps, {}, &latency_histogram::step::count));
  CHECK(steps.back().fraction == 1.0);
  CHECK(steps.back().value == kept.max());
  CHECK(steps.size() < 200);
}

TEST_CASE("a phase is a span and a rate, and nothing else is one") {
  for (const char* const wrong : {"", "10s", "@1000", "10s@", "10s@0", "0s@5", "10@5", "10s@-1",
                                  "10s@1.5", "10s@1000001", "25h@1", "10s@5x"}) {
    INFO(std::string(wrong));
    CHECK_FALSE(tools::parse_phase(wrong).has_value());
  }
  CHECK(tools::parse_phase("10s@1000")->rate == 1000);
  CHECK(tools::parse_phase("2m@1")->span == 2min);
  CHECK(tools::parse_phase("2m@1")->arrivals() == 120);
}

TEST_CASE("arrivals are due at even distances, phase by phase, however many there are") {
  const arrival_schedule plan({{.span = 2s, .rate = 3}, {.span = 86400s, .rate = 1'000'000}});
  CHECK(plan.count() == 6 + 86'400'000'000);
  CHECK(plan.span() == 86402s);
  CHECK(plan.at(0).after_start == 0s);
  CHECK(plan.at(1).after_start == 333'333'333ns);
  CHECK(plan.at(3).after_start == 1s);
  CHECK(plan.at(5).phase == 0);
  CHECK(plan.at(6).phase == 1);
  CHECK(plan.at(6).after_start == 2s);
  CHECK(plan.at(7).after_start == 2s + 1us);
  CHECK(plan.at(plan.count() - 1).after_start == 86402s - 1us);
}

TEST_CASE("a result is recognised by a field or a header, once") {
  CHECK_FALSE(tools::parse_correlation_key("id").has_value());
  CHECK_FALSE(tools::parse_correlation_key("field:").has_value());
  CHECK_FALSE(tools::parse_correlation_key("body:id").has_value());
  CHECK(tools::parse_correlation_key("field:id")->field == "id");
  CHECK(tools::parse_correlation_key("header:Tag")->header == "Tag");
  CHECK(tools::field_of(R"({"id":"a\"b","n":{}})", "id") == "a\"b");
  CHECK(tools::field_of(R"({"id": 17})", "id") == "17");
  CHECK_FALSE(tools::field_of(R"({"id":17})", "no").has_value());
  CHECK_FALSE(tools::field_of("[1]", "id").has_value());
  CHECK_FALSE(tools::field_of("\xff", "id").has_value());
  tools::awaited_results waiting;
  CHECK(waiting.expect("a", {.due = {}, .phase = 3}));
  CHECK(waiting.take("a")->phase == 3);
  CHECK_FALSE(waiting.take("a").has_value());
}

TEST_CASE("a sparkline has a bar for each of the last values") {
  const double values[] = {100, 0, 4, 8};
  CHECK(tools::sparkline(values, 3) == " \xe2\x96\x84\xe2\x96\x88");
  CHECK(tools::sparkline({}, 40).empty());
  const double none[] = {0, 0};
  CHECK(tools::sparkline(none, 40) == "  ");
}

TEST_CASE("a report is good when all that was planned had its result") {
  auto one = report();
  CHECK(one.is_good());
  one.unanswered = 1;
  CHECK_FALSE(one.is_good());
  one = report();
  one.was_stopped = true;
  CHECK_FALSE(one.is_good());
  one = report();
  one.phases[0].confirmed = 1;
  CHECK_FALSE(one.is_good());
}

TEST_CASE("a report is a table, JSON, a distribution and a page") {
  auto one = report();
  one.failures["no <b>room\x1b"] = 3;
  std::ostringstream table;
  tools::print_report(one, table);
  const std::string text = table.str();
  CHECK(text.starts_with("PHASE      SENT  DONE  FAILED  P50"));
  CHECK(text.find("1s at 2/s  2     2     0       2.0 ms  6.0 ms") != text.npos);
  CHECK(text.find("all        4     4     0") != text.npos);
  CHECK(text.find("3 failed: no <b>room?\n") != text.npos);

  const std::string json = tools::json_of(one);
  CHECK(json.starts_with(R"({"subject":"orders.<created>","until_event":"orders.processed",)"
                         R"("good":true,"was_stopped":false,)"));
  CHECK(json.find(R"("in_flight":0,"backlog":5})") != json.npos);

  const std::string hgrm = tools::hgrm_of(one.total().event);
  CHECK(hgrm.find("6.000 1.000000000000          4            inf\n") != hgrm.npos);
  CHECK(hgrm.find("Total count = 4]") != hgrm.npos);

  const std::string page = tools::html_of(one);
  CHECK(page.find("orders.&lt;created&gt;") != page.npos);
  CHECK(page.find("<b>room") == page.npos);
  CHECK(page.find("no &lt;b&gt;room?") != page.npos);
  for (const char* const outside : {"http:", "https:", "src=", "@import", "<script", "<link"}) {
    CHECK(page.find(outside) == page.npos);
  }
}

TEST_CASE("a plot draws whatever it is given") {
  for (const bool logarithmic : {false, true}) {
    tools::plot_options how{.title = "T", .x_label = "x", .y_label = "y"};
    how.logarithmic_y = logarithmic;
    for (const auto& points : std::vector<std::vector<std::pair<double, double>>>{
             {}, {{0, 0}}, {{1, 5}, {1, 5}}, {{0, -1}, {1, 1e300}}, {{0, NAN}, {1, INFINITY}}}) {
      const std::string svg = tools::svg_plot(how, {{.name = "a", .points = points}});
      CHECK(svg.starts_with("<svg"));
      CHECK(svg.ends_with("</svg>\n"));
      CHECK(svg.find("nan") == svg.npos);
    }
  }
}

TEST_CASE("a fault is read with its time, its victim and how long it lasts, or refused") {
  using tools::fault;
  CHECK(tools::parse_fault("10s@kill-nats") ==
        fault{.at = 10s, .act = fault::acts::kill, .target = fault::targets::nats, .lasts = 1s});
  CHECK(
      tools::parse_fault("1m@pause-postgres:5s") ==
      fault{.at = 60s, .act = fault::acts::pause, .target = fault::targets::postgres, .lasts = 5s});
  CHECK(tools::parse_fault("2s@kill-service:5m")->lasts == 300s);
  CHECK(tools::name_of(*tools::parse_fault("2s@kill-service:5m")) == "kill-service");
  for (const char* const wrong :
       {"", "@", "kill-nats", "10s@kill", "10s@kill-", "10s@-nats", "10s@kill-redis",
        "0s@kill-nats", "10s@kill-nats:", "10s@kill-nats:0s", "10s@kill-nats:6m", "25h@kill-nats",
        "10@kill-nats", "10s@kill-nats:5s:5s", "10s@stop-nats"}) {
    INFO(wrong);
    CHECK_FALSE(tools::parse_fault(wrong).has_value());
  }
}

TEST_CASE("faults stand in every report, and are marked in its plots") {
  tools::stress_report made = report();
  CHECK(tools::html_of(made).find("class='mark'") == std::string::npos);
  made.faults.push_back({.name = "kill-nats", .at = 1, .over_at = 2.5});
  std::ostringstream text;
  tools::print_report(made, text);
  CHECK(text.str().find("\nfault: kill-nats from 1.0 s to 2.5 s\n") != std::string::npos);
  CHECK(tools::json_of(made).find(R"({"name":"kill-nats","at":1,"over_at":2.5})") !=
        std::string::npos);
  const std::string page = tools::html_of(made);
  CHECK(page.find("<p>kill-nats from 1.0 s to 2.5 s</p>") != std::string::npos);
  CHECK(page.find("class='mark'") != std::string::npos);
}

TEST_SUITE_END();
