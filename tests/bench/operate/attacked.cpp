// SPDX-License-Identifier: Apache-2.0
#include "attacked.hpp"

#include <csignal>
#include <cstdio>
#include <optional>

#include "servers/loopback_port.hpp"
#include "weir/process.hpp"

namespace weir::bench {
namespace {

constexpr double slower_most = 1.10;
constexpr std::uint64_t schedule_seconds = 5;

}  // namespace

attacked_contest::attacked_contest(variant which, std::string attackers)
    : which_(std::move(which)), attackers_(std::move(attackers)) {}

task<latency> attacked_contest::run_once(bench_place at, std::uint64_t orders_per_second,
                                         bool is_attacked) {
  const std::string port = std::to_string(servers::free_loopback_port());
  const side who = side_of(which_, is_attacked ? "attacked" : "left alone",
                           {"WEIR_LOG_LEVEL=warn", "WEIR_ADMIN__LISTEN=127.0.0.1:" + port});
  std::optional<process> attackers;
  if (is_attacked) {
    attackers.emplace(
        process::spawn({.program = attackers_, .arguments = {port}, .environment = {}}));
  }
  const latency seen =
      co_await run_schedule(at, who, schedule_seconds * orders_per_second, orders_per_second);
  if (!attackers) co_return seen;
  attackers->kill(SIGTERM);
  const exit_status ended = co_await attackers->wait();
  if (!ended.success()) {
    throw error(errc::invalid_input, disposition::permanent,
                "this run does not count: the attack " + ended.text());
  }
  co_return seen;
}

task<> attacked_contest::run_round(bench_place at, std::uint64_t round,
                                   std::uint64_t orders_per_second) {
  for (const std::uint64_t turn : {round, round + 1}) {
    const bool is_attacked = turn % 2 == 0;
    const latency seen = co_await run_once(at, orders_per_second, is_attacked);
    (is_attacked ? attacked_ : alone_).push_back(seen);
    std::printf("  p50 %7.2f ms, p99 %7.2f ms at %llu/s: %s, %s\n", seen.p50_ms, seen.p99_ms,
                static_cast<unsigned long long>(orders_per_second), which_.name.c_str(),
                is_attacked ? "attacked" : "left alone");
    std::fflush(stdout);
  }
}

std::vector<measurement> attacked_contest::lines() const {
  const auto line_of = [this](const char* percentile, double latency::* field) {
    std::vector<double> attacked, alone, ratios;
    for (std::size_t i = 0; i < attacked_.size(); ++i) {
      attacked.push_back(attacked_[i].*field);
      alone.push_back(alone_[i].*field);
      ratios.push_back(attacked.back() / alone.back());
    }
    measurement line{.suite = "operate"};
    line.name = which_.name + ", stored to stored, attacked, " + percentile;
    line.value = median_of(attacked);
    line.unit = "ms";
    line.peer = "the same, left alone";
    line.peer_value = median_of(alone);
    line.ratio = median_of(ratios);
    return line;
  };
  measurement bar = line_of("p99", &latency::p99_ms);
  bar.reach = slower_most;
  bar.met = *bar.ratio <= slower_most;
  return {line_of("p50", &latency::p50_ms), std::move(bar)};
}

}  // namespace weir::bench
