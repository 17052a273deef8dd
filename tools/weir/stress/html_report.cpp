// SPDX-License-Identifier: Apache-2.0
#include "html_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "amounts.hpp"
#include "plot.hpp"
#include "print_report.hpp"

namespace weir::tools {
namespace {

constexpr unsigned ticks_a_halving = 10;

constexpr const char* style =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:800px;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}th,td{padding:.2em .7em;text-align:right;border-bottom:1px "
    "solid #ddd}th:first-child,td:first-child{text-align:left}"
    "svg{width:100%;font-size:12px;margin-top:1.5em}polyline{fill:none;stroke-width:1.5}"
    ".grid{stroke:#ddd}.mark{stroke:#c00;stroke-dasharray:4 "
    "3}.end{text-anchor:end}.middle{text-anchor:middle}.title{font-weight:bold}";

double milliseconds_of(duration span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

std::string row_of(const std::string& name, const std::string& until, const phase_result& in,
                   const latency_histogram& of) {
  std::string row = fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>", name,
                                until, in.sent, of.count(), in.failed);
  for (const double fraction : {0.5, 0.9, 0.99, 0.999, 1.0}) {
    row += "<td>" + text_of_span(of.quantile(fraction)) + "</td>";
  }
  return row + "</tr>\n";
}

std::string rows_of(const stress_report& in, const std::string& name, const phase_result& of) {
  std::string rows = row_of(name, "confirmed", of, of.confirmation);
  if (!in.until_event.empty()) rows += row_of(name, escaped(in.until_event), of, of.event);
  return rows;
}

std::string table_of(const stress_report& of) {
  std::string rows =
      "<table><tr><th>phase</th><th>until</th><th>sent</th><th>done</th><th>failed</th>"
      "<th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th></tr>\n";
  for (const phase_result& one : of.phases) {
    rows += rows_of(of, fmt::format("{} s at {}/s", one.wanted.span.count(), one.wanted.rate), one);
  }
  return rows + rows_of(of, "all", of.total()) + "</table>\n";
}

template <class Value>
plot_line over_time(const stress_report& of, std::string name, Value value) {
  plot_line line{.name = std::move(name), .points = {}};
  for (const second_result& one : of.seconds) line.points.emplace_back(one.at, value(one));
  return line;
}

std::string plots_of(const stress_report& of) {
  std::vector<plot_line> rates;
  rates.push_back(over_time(of, "confirmed", [](const auto& one) { return one.rate; }));
  if (!of.until_event.empty()) {
    rates.push_back(over_time(of, "results", [](const auto& one) { return one.event_rate; }));
  }
  const std::vector<plot_line> latencies = {
      over_time(of, "p50", [](const auto& one) { return milliseconds_of(one.p50); }),
      over_time(of, "p99", [](const auto& one) { return milliseconds_of(one.p99); }),
      over_time(of, "p99.9", [](const auto& one) { return milliseconds_of(one.p999); })};
  std::vector<plot_line> queues;
  queues.push_back(over_time(of, "in flight",
                             [](const auto& one) { return static_cast<double>(one.in_flight); }));
  queues.push_back(over_time(
      of, "backlog", [](const auto& one) { return static_cast<double>(one.backlog.value_or(0)); }));
  plot_line distribution{.name = {}, .points = {}};
  const phase_result all = of.total();
  double halvings = 0;
  for (const auto& step : measured(of, all).steps(ticks_a_halving)) {
    if (step.fraction < 1) halvings = -std::log10(1 - step.fraction);
    distribution.points.emplace_back(halvings, milliseconds_of(step.value));
  }
  std::vector<double> marks;
  for (const fault_result& one : of.faults) marks.push_back(one.at);
  return svg_plot({.title = "Rate", .x_label = "seconds", .y_label = "1/s", .marks = marks},
                  rates) +
         svg_plot({.title = "Latency from when a message was due",
                   .x_label = "seconds",
                   .y_label = "ms",
                   .logarithmic_y = true,
                   .marks = marks},
                  latencies) +
         svg_plot(
             {.title = "What waits", .x_label = "seconds", .y_label = "messages", .marks = marks},
             queues) +
         svg_plot({.title = "Distribution",
                   .x_label = "nines: 1 is p90, 2 is p99, 3 is p99.9",
                   .y_label = "ms",
                   .logarithmic_y = true},
                  {distribution});
}

}  // namespace

std::string html_of(const stress_report& of) {
  std::string page = fmt::format(
      "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>weir stress "
      "{0}</title><style>{1}</style></head>\n<body><h1>{0}</h1>\n",
      escaped(of.subject), style);
  page += of.is_good() ? "<p>All that was planned was done.</p>\n"
                       : fmt::format(
                             "<p><b>Not all was done:</b> {} without a result, {} failed{}"
                             ".</p>\n",
                             of.unanswered, of.total().failed,
                             of.was_stopped ? ", stopped before its end" : "");
  page += "<p>Latencies count from when a message was due, not from when it was sent.</p>\n";
  page += table_of(of);
  for (const fault_result& one : of.faults) {
    page += fmt::format("<p>{} from {:.1f} s to {:.1f} s</p>\n", escaped(one.name), one.at,
                        one.over_at);
  }
  page += plots_of(of);
  for (const auto& [text, count] : of.failures) {
    page += fmt::format("<p>{} failed: {}</p>\n", count, escaped(text));
  }
  return page + "</body></html>\n";
}

}  // namespace weir::tools
