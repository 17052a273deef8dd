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
/// With what the attackers take of the two processors.
constexpr double slower_at_all_most = 3;
constexpr std::uint64_t schedule_seconds = 5;

}  // namespace

const char* attacked_contest::name_of(target attacked) {
  switch (attacked) {
    case target::nobody:
      return "left alone";
    case target::another:
      return "a program beside it attacked";
    case target::service:
      return "attacked";
  }
  return "";
}

attacked_contest::attacked_contest(variant which, std::string attackers, std::string decoy)
    : which_(std::move(which)), attackers_(std::move(attackers)), decoy_(std::move(decoy)) {}

task<latency> attacked_contest::run_once(bench_place at, std::uint64_t orders_per_second,
                                         target attacked) {
  const std::string pages = std::to_string(servers::free_loopback_port());
  const std::string other = std::to_string(servers::free_loopback_port());
  const side who = side_of(which_, name_of(attacked),
                           {"WEIR_LOG_LEVEL=warn", "WEIR_ADMIN__LISTEN=127.0.0.1:" + pages});
  std::optional<process> decoy;
  std::optional<process> attackers;
  if (attacked == target::another) {
    decoy.emplace(process::spawn({.program = decoy_, .arguments = {other}, .environment = {}}));
  }
  if (attacked != target::nobody) {
    const std::string& port = attacked == target::service ? pages : other;
    attackers.emplace(
        process::spawn({.program = attackers_, .arguments = {port}, .environment = {}}));
  }
  const latency seen =
      co_await run_schedule(at, who, schedule_seconds * orders_per_second, orders_per_second);
  for (auto* const one : {&attackers, &decoy}) {
    if (!*one) continue;
    (*one)->kill(SIGTERM);
    const exit_status ended = co_await (*one)->wait();
    if (ended.success()) continue;
    throw error(errc::invalid_input, disposition::permanent,
                "this run does not count: the attack, or its target, " + ended.text());
  }
  co_return seen;
}

task<> attacked_contest::run_round(bench_place at, std::uint64_t round,
                                   std::uint64_t orders_per_second) {
  for (std::uint64_t turn = round; turn < round + seen_.size(); ++turn) {
    const auto number = turn % seen_.size();
    const auto attacked = static_cast<target>(number);
    const latency seen = co_await run_once(at, orders_per_second, attacked);
    seen_[number].push_back(seen);
    std::printf("  p50 %7.2f ms, p99 %7.2f ms at %llu/s: %s, %s\n", seen.p50_ms, seen.p99_ms,
                static_cast<unsigned long long>(orders_per_second), which_.name.c_str(),
                name_of(attacked));
    std::fflush(stdout);
  }
}

measurement attacked_contest::line_of(const char* percentile, double latency::* field,
                                      target peer) const {
  const auto& attacked = seen_[static_cast<std::size_t>(target::service)];
  const auto& others = seen_[static_cast<std::size_t>(peer)];
  std::vector<double> own, of_peer, ratios;
  for (std::size_t i = 0; i < attacked.size(); ++i) {
    own.push_back(attacked[i].*field);
    of_peer.push_back(others[i].*field);
    ratios.push_back(own.back() / of_peer.back());
  }
  measurement line{.suite = "operate"};
  line.name = which_.name + ", stored to stored, attacked, " + percentile;
  line.value = median_of(own);
  line.unit = "ms";
  line.peer = std::string("the same, ") + name_of(peer);
  line.peer_value = median_of(of_peer);
  line.ratio = median_of(ratios);
  return line;
}

std::vector<measurement> attacked_contest::lines() const {
  std::vector<measurement> all;
  // What the attackers themselves take of the two processors is no doing of the service.
  for (const auto& [peer, most] :
       {std::pair(target::nobody, slower_at_all_most), std::pair(target::another, slower_most)}) {
    all.push_back(line_of("p50", &latency::p50_ms, peer));
    all.push_back(line_of("p99", &latency::p99_ms, peer));
    all.back().reach = most;
    all.back().met = *all.back().ratio <= most;
  }
  return all;
}

}  // namespace weir::bench
