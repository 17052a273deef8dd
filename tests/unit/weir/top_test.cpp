// SPDX-License-Identifier: Apache-2.0
// What `weir top` makes of pages of metrics, good and hostile.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "seed.hpp"
#include "top/print_view.hpp"
#include "weir/detail/split_mix.hpp"

TEST_SUITE_BEGIN("weir.top");

using namespace weir;
using namespace std::string_literals;
using top::parse_metrics;
using top::stage;

namespace {

/// A page of a service that has acknowledged `acked` messages, each handled in some milliseconds.
std::string page_of(int acked, const std::string& more = {}) {
  const std::string count = std::to_string(acked);
  const std::string half = std::to_string(acked / 2);
  return "# HELP weir_messages_acked_total Messages.\n"
         "# TYPE weir_messages_acked_total counter\n"
         "weir_messages_acked_total{stream=\"ORDERS\",consumer=\"a\"} " +
         count + "\nweir_handler_duration_seconds_bucket{handler=\"a\",le=\"0.001\"} " + half +
         "\nweir_handler_duration_seconds_bucket{handler=\"a\",le=\"0.01\"} " + count +
         "\nweir_handler_duration_seconds_bucket{handler=\"a\",le=\"+Inf\"} " + count +
         "\nweir_handler_duration_seconds_sum{handler=\"a\"} " + std::to_string(acked * 0.002) +
         "\nweir_handler_duration_seconds_count{handler=\"a\"} " + count + "\n" + more;
}

top::service_view view_of(const std::string& more) {
  return top::compare(parse_metrics(page_of(1000)), parse_metrics(page_of(3000, more)), 2);
}

stage stage_of(const std::string& more) { return top::judge(view_of(more)).at; }

}  // namespace

TEST_CASE("a line is a name, labels and a value, in any of the forms that are allowed") {
  const auto read = parse_metrics(
      "plain 1\n"
      "spaced   \t 2.5e3  1700000000000\n"
      "labels{a=\"x\",b=\"y z\"} -3\n"
      "loose{ a = \"x\" , } 4\r\n"
      "none{} 5\n"
      "quoted{a=\"\\\"\\\\\\n\"} +6\n"
      "exemplar_total{a=\"b\"} 7 # {trace_id=\"abc\"} 0.5 1.0\n"
      "unit:ratio +Inf\n"
      "nothing NaN\n"
      "low -Inf");
  CHECK(read.bad_lines == 0);
  REQUIRE(read.samples.size() == 10);
  CHECK(read.samples[1].value == 2500);
  CHECK(read.samples[2].label("b") == "y z");
  CHECK(read.samples[2].label("c").empty());
  CHECK(read.samples[3].label("a") == "x");
  CHECK(read.samples[5].label("a") == "\"\\\n");
  CHECK(read.samples[6].value == 7);
  CHECK(std::isinf(read.samples[7].value));
  CHECK(std::isnan(read.samples[8].value));
  CHECK(read.sum("nothing") == 0);
  CHECK(read.max("low") == 0);
}

TEST_CASE("a line that is wrong is counted and left out, and those around it are read") {
  for (const char* const wrong : {"1name 1",        "name",
                                  "name x",         "name 1x",
                                  "name{ 1",        "name{a} 1",
                                  "name{a=} 1",     "name{a=\"} 1",
                                  "name{a=\"x} 1",  "name{a=\"x\" b=\"y\"} 1",
                                  "name{a='x'} 1",  "name{a=\"\\",
                                  "{a=\"x\"} 1",    "name{a=\"x\"}1x",
                                  "name 1e999",     "name 0x10",
                                  "name --1",       "\xff\xfe 1",
                                  "\x1b[2J 1",      "<html>",
                                  "name{=\"x\"} 1", "name inf",
                                  "name + 1"}) {
    INFO(std::string(wrong));
    const auto read = parse_metrics("before 1\n" + std::string(wrong) + "\nafter 2\n");
    CHECK(read.bad_lines == 1);
    CHECK(read.samples.size() == 2);
  }
}

TEST_CASE("a line with more labels than anybody has is wrong") {
  std::string line = "name{";
  for (int at = 0; at < 1000; ++at) line += "a=\"b\",";
  CHECK(parse_metrics(line + "} 1").bad_lines == 1);
}

TEST_CASE("a page of more lines than are kept is read as far as that") {
  std::string page;
  for (std::size_t at = 0; at < top::samples_max + 5; ++at) page += "a 1\n";
  const auto read = parse_metrics(page);
  CHECK(read.samples.size() == top::samples_max);
  CHECK(read.bad_lines == 5);
}

TEST_CASE("whatever bytes come, lines are samples or bad") {
  detail::split_mix random(weir::test::seed());
  const std::string letters = "abz019_:{}=\",\\ \t\n#.+-eINF\0\xff\r"s;
  const std::string good = page_of(10);
  for (int round = 0; round < 2000; ++round) {
    std::string page = round % 2 == 0 ? std::string() : good;
    for (int at = 0; at < 60; ++at) {
      const char c = letters[random.next() % letters.size()];
      if (page.empty() || round % 2 == 0) {
        page.push_back(c);
      } else {
        page[random.next() % page.size()] = c;
      }
    }
    const auto read = parse_metrics(page);
    const auto lines = static_cast<std::uint64_t>(std::ranges::count(page, '\n')) + 1;
    CHECK(read.samples.size() + read.bad_lines <= lines);
    const auto view = top::compare(parse_metrics(good), read, 1);
    CHECK(view.acked >= 0);
    CHECK_FALSE(top::text_of({{.url = "u", .view = view}}).empty());
  }
}

TEST_CASE("a counter that is below zero has not grown") {
  const auto now = parse_metrics("weir_messages_acked_total -10\n");
  CHECK(top::compare(parse_metrics(page_of(10)), now, 1).acked == 0);
}

TEST_CASE("a view has what happened between two looks") {
  const auto view = view_of(
      "weir_consumer_pending{stream=\"A\"} 40\nweir_consumer_pending{stream=\"B\"} 2\n"
      "weir_loop_busy_ratio{loop=\"0\"} 0.25\nweir_loop_busy_ratio{loop=\"1\"} 0.5\n");
  CHECK(view.acked == doctest::Approx(1000));
  CHECK(view.handler_mean == doctest::Approx(0.002));
  CHECK(view.handler_p50 == doctest::Approx(0.001));
  CHECK(view.handler_p99 == doctest::Approx(0.00982));
  CHECK(view.pending == 42);
  CHECK(view.pending_growth == 21);
  CHECK(view.loop_busy == 0.5);
}

TEST_CASE("a service that was started again counts from zero") {
  const auto view = top::compare(parse_metrics(page_of(5000)), parse_metrics(page_of(200)), 2);
  CHECK(view.acked == doctest::Approx(100));
  CHECK(view.handler_mean == doctest::Approx(0.002));
}

TEST_CASE("two looks at the same page are a service at rest") {
  const auto page = parse_metrics(page_of(5000));
  const auto view = top::compare(page, page, 0);
  CHECK(view.acked == 0);
  CHECK(view.handler_p99 == 0);
  CHECK(top::judge(view).at == stage::none);
  CHECK(top::judge(top::compare({}, {}, 1)).at == stage::none);
}

TEST_CASE("the verdict names the stage that holds a service back") {
  const std::string backlog = "weir_consumer_pending 5000\n";
  const std::string full = backlog + "weir_handler_inflight 64\nweir_handler_inflight_limit 64\n";
  CHECK(stage_of("") == stage::none);
  CHECK(stage_of("weir_consumer_pending 99\n") == stage::none);
  CHECK(stage_of(backlog) == stage::delivery);
  CHECK(stage_of(full) == stage::concurrency);
  CHECK(stage_of(full + "weir_handler_duration_seconds_sum{handler=\"b\"} 1000\n") ==
        stage::handler);
  CHECK(stage_of(full + "weir_postgres_query_duration_seconds_sum 4\n"
                        "weir_postgres_query_duration_seconds_count 2000\n") == stage::database);
  CHECK(stage_of(full + "weir_postgres_pool_wait_seconds_sum 20\n"
                        "weir_postgres_pool_wait_seconds_count 2000\n") == stage::pool);
  CHECK(stage_of(full + "weir_loop_busy_ratio 0.97\n") == stage::loop);
  CHECK(stage_of("weir_outbox_pending 5000\n") == stage::publishing);
  CHECK(stage_of(full + "weir_circuit_state{dependency=\"db\"} 1\n") == stage::circuit);
}

TEST_CASE("every stage but none has a remedy, and is shown with it") {
  for (const char* const more : {"weir_circuit_state 1\n", "weir_loop_busy_ratio 1\n",
                                 "weir_outbox_pending 5000\n", "weir_consumer_pending 5000\n"}) {
    const auto view = view_of(more);
    CHECK_FALSE(top::judge(view).remedy.empty());
    const std::string text = top::text_of({{.url = "http://a", .view = view}});
    CHECK(text.find("  => " + top::judge(view).why) != text.npos);
  }
}

TEST_CASE("a service that does not answer is shown as that, and no terminal obeys it") {
  const std::vector<top::shown_service> all = {{.url = "http://a\x1b", .failure = "no \x1b[2J"}};
  CHECK(top::text_of(all) == "http://a?\n  no ?[2J\n");
  CHECK(top::json_of(all).starts_with(R"({"url":"http://a?","failure":"no ?[2J",)"));
}

TEST_SUITE_END();
