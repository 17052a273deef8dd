// SPDX-License-Identifier: Apache-2.0
// observe-bench: what it costs to count, and to look at what was counted.
//
//   observe-bench ROUNDS      (run by tools/bench observe)
// Prints a table of medians over interleaved rounds and writes build/bench.json.
#include <cstdio>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cpu_time.hpp"
#include "measurement.hpp"
#include "program.hpp"
#include "scrape.hpp"
#include "weir/observe/counter.hpp"
#include "weir/observe/histogram_metric.hpp"
#include "weir/observe/metrics.hpp"

namespace {

using namespace weir::bench;

constexpr int rounds_max = 1000;
constexpr int operations = 10'000'000;
constexpr int look_ups = 1'000'000;
constexpr int scrapes = 100;

/// Series of a service with many handlers: 100 histograms of 18 lines each, and 200 counters.
constexpr int histograms = 100;
constexpr int counters = 200;
constexpr std::size_t series_least = 2000;
constexpr double scrape_most_ms = 2;

struct exported {
  weir::metrics_registry all;
  weir::counter one{"one_total", "A counter.", all};
  weir::counter_family many{"many_total", "Counters.", {"stream", "consumer"}, all};
  weir::histogram_metric took{"took_seconds", "A histogram.", weir::latency_buckets(), all};
  weir::histogram_family durations{
      "durations_seconds", "Histograms.", {"handler", "outcome"}, weir::latency_buckets(), all};

  exported() {
    for (int at = 0; at < histograms; ++at) {
      durations.with({"handler-" + std::to_string(at), "success"}).record(0.001 * at);
    }
    for (int at = 0; at < counters; ++at) {
      many.with({"STREAM", "consumer-" + std::to_string(at)}).add(1'000'000);
    }
  }
};

exported& metrics() {
  static exported all;
  return all;
}

/// Nanoseconds of this thread's processor time for each of `count` calls.
template <class Work>
double cost(int count, Work work) {
  const double began = thread_cpu_ns();
  for (int at = 0; at < count; ++at) {
    work(at);
    asm volatile("" ::: "memory");  // Each of them is done, and by itself.
  }
  return (thread_cpu_ns() - began) / count;
}

double count_plainly() {
  std::uint64_t number = 0;
  return cost(operations, [&number](int) {
    ++number;
    asm volatile("" : "+m"(number));
  });
}

double count() {
  const weir::counter& one = metrics().one;
  return cost(operations, [&one](int) { one.add(); });
}

double record() {
  const weir::histogram_metric& took = metrics().took;
  // A handler of a millisecond or less: the first buckets.
  return cost(operations, [&took](int at) { took.record(weir::duration((at & 0xf) * 100'000)); });
}

double look_up() {
  const weir::counter_family& many = metrics().many;
  return cost(look_ups, [&many](int) { many.with({"STREAM", "consumer-7"}).add(); });
}

double scrape(weir::metrics_format format) {
  std::size_t bytes = 0;
  const double ns =
      cost(scrapes, [&](int) { bytes += weir::write_metrics(format, {}, metrics().all).size(); });
  return bytes == 0 ? 0 : ns / 1e6;
}
double scrape_prometheus() { return scrape(weir::metrics_format::prometheus); }
double scrape_openmetrics() { return scrape(weir::metrics_format::openmetrics); }
double fetch_prometheus() {
  return scrape_over_http(weir::metrics_format::prometheus, metrics().all);
}
double fetch_openmetrics() {
  return scrape_over_http(weir::metrics_format::openmetrics, metrics().all);
}

/// Lines with a value: series, as Prometheus counts them.
std::size_t series() {
  std::istringstream text(weir::write_metrics(weir::metrics_format::prometheus, {}, metrics().all));
  std::size_t count = 0;
  for (std::string line; std::getline(text, line);) count += line.starts_with('#') ? 0 : 1;
  return count;
}

struct operation {
  std::string name;
  double (*measure)();
  std::string unit;
  std::optional<double> reach;
  std::vector<double> values = {};
};

int run(int rounds) {
  if (series() < series_least) throw std::runtime_error("there are fewer series than promised");
  std::vector<operation> all{
      {"++ of a plain number", count_plainly, "ns", {}},
      {"counter.add", count, "ns", 5},
      {"histogram_metric.record", record, "ns", 10},
      {"counter_family.with and add", look_up, "ns", {}},
      {"a look at 2,000 series, Prometheus' text", scrape_prometheus, "ms", scrape_most_ms},
      {"a look at 2,000 series, OpenMetrics", scrape_openmetrics, "ms", scrape_most_ms},
      {"the same over HTTP, Prometheus' text", fetch_prometheus, "ms", scrape_most_ms},
      {"the same over HTTP, OpenMetrics", fetch_openmetrics, "ms", scrape_most_ms},
  };
  for (int round = 1; round <= rounds; ++round) {
    for (operation& one : all) one.values.push_back(one.measure());
  }
  std::vector<measurement> lines;
  for (const operation& one : all) {
    measurement line{.suite = "observe",
                     .name = one.name,
                     .value = median_of(one.values),
                     .unit = one.unit,
                     .reach = one.reach};
    if (one.reach) line.met = line.value <= *one.reach;
    lines.push_back(line);
  }
  print_table(lines);
  write_results(lines);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc == 2 ? static_cast<int>(number(argv[1], rounds_max)) : 0;
  if (rounds == 0) {
    std::fprintf(stderr, "usage: observe-bench ROUNDS (1 to %d)\n", rounds_max);
    return 2;
  }
  return run_program([&] { return run(rounds); });
}
