// SPDX-License-Identifier: Apache-2.0
// order-bench: weir's order-processor beside a tuned Go program, in turns on the same servers.
//
//   order-bench ROUNDS ORDERS [GO_PEER]      (run by tools/bench service)
//
// Prints a table and writes build/bench.json; `met` there says which numbers are reached.
#include <cstdio>
#include <string>
#include <vector>

#include "measurement.hpp"
#include "program.hpp"
#include "rounds.hpp"

namespace {

using namespace weir::bench;
using weir::orders::order_clients;
using weir::orders::order_servers;

constexpr std::uint64_t rounds_max = 1000;
constexpr std::uint64_t orders_max = 10'000'000;
constexpr std::uint64_t open_loop_rate = 2000;  // orders a second, far below what it can do
constexpr std::uint64_t open_loop_orders = 10 * open_loop_rate;
constexpr double rate_reach = 2;  // times the peer's rate
constexpr double cpu_reach = 12;  // microseconds an event
constexpr const char* peer_name = "Go: nats.go and pgx, 64 in flight over 10 connections";

struct bench_plan {
  std::uint64_t rounds = 0;
  std::uint64_t orders = 0;
  std::string go_peer;  // empty: there is none
};

struct bench_results {
  std::vector<round_result> ours, peers;
  weir::orders::service_summary open_loop{};
};

weir::task<> measure(const order_servers& on, order_clients with, const bench_plan& plan,
                     bench_results& results) {
  for (std::uint64_t round = 1; round <= plan.rounds; ++round) {
    results.ours.push_back(co_await run_weir(on, with, plan.orders));
    std::printf("round %llu: weir %.0f events/s", static_cast<unsigned long long>(round),
                results.ours.back().events_per_second);
    if (!plan.go_peer.empty()) {
      results.peers.push_back(co_await run_go_peer(on, with, plan.orders, plan.go_peer));
      std::printf(", Go %.0f events/s", results.peers.back().events_per_second);
    }
    std::printf("\n");
    std::fflush(stdout);
  }
  results.open_loop = co_await run_open_loop(on, with, open_loop_orders, open_loop_rate);
}

double median_of(const std::vector<round_result>& rounds, double round_result::* field) {
  std::vector<double> values;
  for (const round_result& round : rounds) values.push_back(round.*field);
  return weir::bench::median_of(std::move(values));
}

measurement compared(const bench_results& results, std::string name, std::string unit,
                     double round_result::* field) {
  measurement line{.suite = "service"};
  line.name = std::move(name);
  line.unit = std::move(unit);
  line.value = median_of(results.ours, field);
  if (results.peers.empty()) return line;
  line.peer = peer_name;
  line.peer_value = median_of(results.peers, field);
  line.ratio = line.value / *line.peer_value;
  return line;
}

measurement latency(std::string name, double milliseconds) {
  measurement line{.suite = "service"};
  line.name = std::move(name);
  line.unit = "ms";
  line.value = milliseconds;
  return line;
}

std::vector<measurement> summarised(const bench_results& results) {
  auto rate =
      compared(results, "order-processor, rate", "events/s", &round_result::events_per_second);
  if (rate.ratio) {
    rate.reach = rate_reach;
    rate.met = *rate.ratio >= rate_reach;
  }
  auto cpu =
      compared(results, "order-processor, CPU an event", "us", &round_result::cpu_us_per_event);
  cpu.reach = cpu_reach;
  cpu.met = cpu.value <= cpu_reach;
  auto memory =
      compared(results, "order-processor, peak memory", "KiB", &round_result::peak_memory_kib);
  return {rate, cpu, memory,
          latency("storage to acknowledgement at 2000/s, p50", results.open_loop.p50_ms),
          latency("storage to acknowledgement at 2000/s, p99", results.open_loop.p99_ms)};
}

int run(const bench_plan& plan) {
  order_servers servers;
  servers.start();
  bench_results results;
  weir::orders::run_with_clients(
      servers, [&](order_clients with) { return measure(servers, with, plan, results); });
  const auto lines = summarised(results);
  print_table(lines);
  write_results(lines);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  bench_plan plan;
  if (argc == 3 || argc == 4) {
    plan.rounds = number(argv[1], rounds_max);
    plan.orders = number(argv[2], orders_max);
    if (argc == 4) plan.go_peer = argv[3];
  }
  if (plan.rounds == 0 || plan.orders == 0) {
    std::fprintf(stderr, "usage: order-bench ROUNDS ORDERS [GO_PEER]\n");
    return 2;
  }
  return run_program([&plan] { return run(plan); });
}
