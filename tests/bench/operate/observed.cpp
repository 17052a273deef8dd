// SPDX-License-Identifier: Apache-2.0
#include "observed.hpp"

#include <cstdio>

#include "watchers.hpp"

namespace weir::bench {
namespace {

constexpr double kept_least = 0.95;  // of the rate

std::vector<std::string> with_all_off() {
  return {"WEIR_LOG_LEVEL=warn", "WEIR_ADMIN__LISTEN=off"};
}

std::vector<std::string> with_all_on(const watchers& by) {
  return {"WEIR_LOG_LEVEL=info",
          "WEIR_LOG_FORMAT=json",
          "WEIR_ADMIN__LISTEN=127.0.0.1:" + std::to_string(by.page_port()),
          "OTEL_EXPORTER_OTLP_ENDPOINT=" + by.collector_url(),
          "OTEL_TRACES_SAMPLER=parentbased_traceidratio",
          "OTEL_TRACES_SAMPLER_ARG=0.01"};
}

/// Has the log read as it comes, by somebody who keeps nothing of it.
std::vector<std::string> with_log_read() {
  return {"/bin/bash", "-c", "exec \"$0\" 2> >(exec cat > /dev/null)"};
}

task<double> rate_alone(bench_place at, variant which, std::uint64_t orders) {
  const auto result = co_await run_backlog(at, side_of(which, "all off", with_all_off()), orders);
  co_return result.events_per_second;
}

task<double> rate_watched(bench_place at, variant which, std::uint64_t orders) {
  watchers by;
  by.open();
  const side who = side_of(which, "watched", with_all_on(by), with_log_read());
  const auto result = co_await run_backlog(at, who, orders).as_result();
  co_await by.close();
  const double rate = result.value().events_per_second;
  if (by.looks() == 0 || by.posts() == 0) {
    throw error(errc::invalid_input, disposition::permanent,
                "this run does not count: " + who.name + " was looked at " +
                    std::to_string(by.looks()) + " times and sent spans " +
                    std::to_string(by.posts()) + " times; give it more orders");
  }
  co_return rate;
}

}  // namespace

observed_contest::observed_contest(std::vector<variant> variants) {
  for (variant& one : variants) all_.push_back({.which = std::move(one)});
}

task<> observed_contest::run_round(bench_place at, std::uint64_t round, std::uint64_t orders) {
  for (rates& one : all_) {
    for (const std::uint64_t turn : {round, round + 1}) {
      const bool is_watched = turn % 2 == 0;
      double rate = 0;
      if (is_watched) {
        rate = co_await rate_watched(at, one.which, orders);
      } else {
        rate = co_await rate_alone(at, one.which, orders);
      }
      (is_watched ? one.watched : one.alone).push_back(rate);
      std::printf("  %8.0f events/s: %s, %s\n", rate, one.which.name.c_str(),
                  is_watched ? "watched" : "all off");
      std::fflush(stdout);
    }
  }
}

std::vector<measurement> observed_contest::lines() const {
  std::vector<measurement> all;
  for (const rates& one : all_) {
    // Of each round, as a machine is not the same from one to the next.
    std::vector<double> ratios;
    for (std::size_t i = 0; i < one.watched.size(); ++i) {
      ratios.push_back(one.watched[i] / one.alone[i]);
    }
    measurement line{.suite = "operate", .name = one.which.name + ", rate, watched"};
    line.value = median_of(one.watched);
    line.unit = "events/s";
    line.peer = "the same with log, pages and traces off";
    line.peer_value = median_of(one.alone);
    line.ratio = median_of(ratios);
    line.reach = kept_least;
    line.met = *line.ratio >= kept_least;
    all.push_back(std::move(line));
  }
  return all;
}

}  // namespace weir::bench
