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

error not_counted(const std::string& why) {
  return error(errc::invalid_input, disposition::permanent,
               "this run does not count: " + why + "; give it more orders");
}

task<trial_result> run_alone(bench_place at, variant which, std::uint64_t orders) {
  return run_backlog(at, side_of(which, "all off", with_all_off()), orders);
}

}  // namespace

observed_contest::observed_contest(std::vector<variant> variants) {
  for (variant& one : variants) all_.push_back({.which = std::move(one)});
}

task<trial_result> observed_contest::run_watched(bench_place at, variant which,
                                                 std::uint64_t orders) {
  watchers by;
  by.open();
  const side who = side_of(which, "watched", with_all_on(by), with_log_read());
  const auto result = co_await run_backlog(at, who, orders).as_result();
  co_await by.close();
  const trial_result seen = result.value();
  if (by.looks() == 0) throw not_counted("nobody looked at " + who.name);
  posts_ += by.posts();
  co_return seen;
}

task<> observed_contest::run_round(bench_place at, std::uint64_t round, std::uint64_t orders) {
  for (sides& one : all_) {
    for (const std::uint64_t turn : {round, round + 1}) {
      const bool is_watched = turn % 2 == 0;
      auto run = is_watched ? run_watched(at, one.which, orders) : run_alone(at, one.which, orders);
      const trial_result seen = co_await std::move(run);
      (is_watched ? one.watched : one.alone).push_back(seen);
      std::printf("  %8.0f events/s, %5.1f us of CPU each: %s, %s\n", seen.events_per_second,
                  seen.cpu_us_per_event, one.which.name.c_str(),
                  is_watched ? "watched" : "all off");
      std::fflush(stdout);
    }
  }
}

measurement observed_contest::compare(const sides& of, const char* what,
                                      double trial_result::* field) {
  std::vector<double> watched, alone, ratios;
  for (std::size_t i = 0; i < of.watched.size(); ++i) {
    watched.push_back(of.watched[i].*field);
    alone.push_back(of.alone[i].*field);
    // Of each round, as a machine is not the same from one to the next.
    ratios.push_back(watched.back() / alone.back());
  }
  measurement line{.suite = "operate", .name = of.which.name + ", " + what + ", watched"};
  line.value = median_of(watched);
  line.peer = "the same with log, pages and traces off";
  line.peer_value = median_of(alone);
  line.ratio = median_of(ratios);
  return line;
}

std::vector<measurement> observed_contest::lines() const {
  // One in a hundred of a few batches may be none: all rounds together have some.
  if (posts_ == 0) throw not_counted("no span came to the collector");
  std::vector<measurement> all;
  for (const sides& one : all_) {
    measurement rate = compare(one, "rate", &trial_result::events_per_second);
    rate.unit = "events/s";
    rate.reach = kept_least;
    rate.met = *rate.ratio >= kept_least;
    all.push_back(std::move(rate));
    measurement cost = compare(one, "CPU an event", &trial_result::cpu_us_per_event);
    cost.unit = "us";
    all.push_back(std::move(cost));
  }
  return all;
}

}  // namespace weir::bench
