// SPDX-License-Identifier: Apache-2.0
#include "print_report.hpp"

#include <fmt/format.h>

#include "amounts.hpp"
#include "printable.hpp"
#include "table.hpp"
#include "weir/event/json.hpp"

namespace weir::tools {
namespace {

constexpr unsigned ticks_a_halving = 5;

/// Latencies in a report are in milliseconds, which its names say.
double milliseconds_of(duration span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

struct latency_line {
  std::uint64_t count;
  double mean_ms;
  double p50_ms;
  double p90_ms;
  double p99_ms;
  double p999_ms;
  double max_ms;
};

struct phase_line {
  double seconds;
  std::uint64_t wanted_rate;
  std::uint64_t sent;
  std::uint64_t confirmed;
  std::uint64_t failed;
  std::uint64_t events;
  latency_line confirmation;
  std::optional<latency_line> event;
};

struct second_line {
  double at;
  double rate;
  double event_rate;
  double p50_ms;
  double p99_ms;
  double p999_ms;
  std::uint64_t in_flight;
  std::optional<std::uint64_t> backlog;
};

struct fault_line {
  std::string name;
  double at;
  double over_at;
};

struct report_line {
  std::string subject;
  std::string until_event;
  bool good;
  bool was_stopped;
  std::uint64_t unanswered;
  std::uint64_t unrelated;
  std::map<std::string, std::uint64_t> failures;
  phase_line total;
  std::vector<phase_line> phases;
  std::vector<second_line> seconds;
  std::vector<fault_line> faults;
};

latency_line line_of(const latency_histogram& of) {
  return {.count = of.count(),
          .mean_ms = milliseconds_of(of.mean()),
          .p50_ms = milliseconds_of(of.quantile(0.5)),
          .p90_ms = milliseconds_of(of.quantile(0.9)),
          .p99_ms = milliseconds_of(of.quantile(0.99)),
          .p999_ms = milliseconds_of(of.quantile(0.999)),
          .max_ms = milliseconds_of(of.max())};
}

phase_line line_of(const stress_report& in, const phase_result& of) {
  phase_line line{.seconds = std::chrono::duration<double>(of.wanted.span).count(),
                  .wanted_rate = of.wanted.rate,
                  .sent = of.sent,
                  .confirmed = of.confirmed,
                  .failed = of.failed,
                  .events = of.events,
                  .confirmation = line_of(of.confirmation),
                  .event = {}};
  if (!in.until_event.empty()) line.event = line_of(of.event);
  return line;
}

std::vector<std::string> row_of(const std::string& name, const phase_result& of,
                                const std::string& what, const latency_histogram& times) {
  return {name,
          std::to_string(of.sent),
          std::to_string(times.count()),
          std::to_string(of.failed),
          text_of_span(times.quantile(0.5)),
          text_of_span(times.quantile(0.9)),
          text_of_span(times.quantile(0.99)),
          text_of_span(times.quantile(0.999)),
          text_of_span(times.max()),
          what};
}

void add_rows(table& rows, const stress_report& in, const std::string& name,
              const phase_result& of) {
  rows.add(row_of(name, of, "confirmed", of.confirmation));
  if (!in.until_event.empty()) rows.add(row_of(name, of, in.until_event, of.event));
}

}  // namespace

const latency_histogram& measured(const stress_report& of, const phase_result& in) {
  return of.until_event.empty() ? in.confirmation : in.event;
}

void print_report(const stress_report& of, std::ostream& out) {
  table rows(out, {"PHASE", "SENT", "DONE", "FAILED", "P50", "P90", "P99", "P99.9", "MAX", "UNTIL"},
             std::nullopt);
  for (const phase_result& one : of.phases) {
    add_rows(rows, of, fmt::format("{}s at {}/s", one.wanted.span.count(), one.wanted.rate), one);
  }
  if (of.phases.size() > 1) add_rows(rows, of, "all", of.total());
  rows.flush();
  for (const fault_result& one : of.faults) {
    out << fmt::format("fault: {} from {:.1f} s to {:.1f} s\n", one.name, one.at, one.over_at);
  }
  if (of.was_stopped) out << "stopped before its end\n";
  if (of.unanswered > 0) {
    out << fmt::format(
        "{} messages had no result on {} in time; 'weir consumer lag' and 'weir dlq "
        "list' tell where they are\n",
        of.unanswered, of.until_event);
  }
  if (of.unrelated > 0) {
    out << fmt::format("{} results were of no message of this load; is --by right?\n",
                       of.unrelated);
  }
  for (const auto& [text, count] : of.failures) {
    out << fmt::format("{} failed: {}\n", count, printable(text));
  }
}

std::string json_of(const stress_report& of) {
  report_line line{.subject = of.subject,
                   .until_event = of.until_event,
                   .good = of.is_good(),
                   .was_stopped = of.was_stopped,
                   .unanswered = of.unanswered,
                   .unrelated = of.unrelated,
                   .failures = {},
                   .total = line_of(of, of.total()),
                   .phases = {},
                   .seconds = {},
                   .faults = {}};
  for (const auto& [text, count] : of.failures) line.failures[printable(text)] += count;
  for (const phase_result& one : of.phases) line.phases.push_back(line_of(of, one));
  for (const second_result& one : of.seconds) {
    line.seconds.push_back({.at = one.at,
                            .rate = one.rate,
                            .event_rate = one.event_rate,
                            .p50_ms = milliseconds_of(one.p50),
                            .p99_ms = milliseconds_of(one.p99),
                            .p999_ms = milliseconds_of(one.p999),
                            .in_flight = one.in_flight,
                            .backlog = one.backlog});
  }
  for (const fault_result& one : of.faults) {
    line.faults.push_back({.name = one.name, .at = one.at, .over_at = one.over_at});
  }
  return json::encode(line);
}

std::string hgrm_of(const latency_histogram& of) {
  std::string text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
  for (const auto& step : of.steps(ticks_a_halving)) {
    const std::string halvings =
        step.fraction < 1 ? fmt::format("{:.2f}", 1 / (1 - step.fraction)) : "inf";
    text += fmt::format("{:12.3f} {:14.12f} {:10} {:>14}\n", milliseconds_of(step.value),
                        step.fraction, step.count, halvings);
  }
  text += fmt::format("#[Mean    = {:12.3f}]\n#[Max     = {:12.3f}, Total count = {}]\n",
                      milliseconds_of(of.mean()), milliseconds_of(of.max()), of.count());
  return text;
}

}  // namespace weir::tools
