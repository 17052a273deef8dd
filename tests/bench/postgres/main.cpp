// SPDX-License-Identifier: Apache-2.0
// postgres-bench: weir's PostgreSQL client beside others, in turns on the same server.
//
//   postgres-bench ROUNDS EVENTS [GO_PEER]      (run by tools/bench postgres)
//
// Prints a table of medians and writes build/bench.json.
#include <cstdio>

#include "measurement.hpp"
#include "program.hpp"
#include "rounds.hpp"
#include "weir/loop.hpp"

namespace {

using namespace weir::bench;

constexpr std::uint64_t rounds_max = 1000;
constexpr std::uint64_t events_max = 10'000'000;

double median_of(const side& who, double cost::* field) {
  std::vector<double> values;
  for (const cost& round : who.rounds) values.push_back(round.*field);
  return weir::bench::median_of(std::move(values));
}

/// weir's own line, without a peer.
measurement own_line(const contest& one, double cost::* field) {
  const bool is_cpu = field == &cost::cpu_us;
  measurement line{.suite = "postgres"};
  line.name = one.name + (is_cpu ? ", client CPU" : "");
  line.unit = is_cpu ? "us" : one.is_latency ? "us (p50)" : one.unit + "/s";
  if (!is_cpu && !one.figure_unit.empty()) line.unit = one.figure_unit;
  line.value = median_of(one.sides.front(), field);
  return line;
}

measurement compared(const contest& one, const side& peer, double cost::* field) {
  measurement line = own_line(one, field);
  line.peer = peer.name;
  line.peer_value = median_of(peer, field);
  line.ratio = line.value / *line.peer_value;
  if (field == &cost::cpu_us || !peer.reach) return line;
  line.reach = peer.reach;
  line.met = one.is_latency ? *line.ratio <= *line.reach : *line.ratio >= *line.reach;
  return line;
}

/// What it took and what it cost, each beside every peer; the mark of its cost alone.
std::vector<measurement> lines_of(const contest& one) {
  std::vector<measurement> lines;
  for (const auto field : {&cost::figure, &cost::cpu_us}) {
    const auto most = field == &cost::cpu_us ? one.cpu_reach : one.figure_most;
    if (most) {
      measurement line = own_line(one, field);
      line.reach = most;
      line.met = line.value <= *line.reach;
      lines.push_back(std::move(line));
    }
    for (std::size_t peer = 1; peer < one.sides.size(); ++peer)
      lines.push_back(compared(one, one.sides[peer], field));
    if (one.sides.size() == 1 && !most) lines.push_back(own_line(one, field));
  }
  return lines;
}

int run(const bench_plan& plan) {
  const std::vector<contest> contests = weir::loop().run(run_contests(plan));
  std::vector<measurement> lines;
  for (const contest& one : contests) {
    for (measurement& line : lines_of(one)) lines.push_back(std::move(line));
  }
  print_table(lines);
  write_results(lines);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  bench_plan plan;
  if (argc == 3 || argc == 4) {
    plan.rounds = number(argv[1], rounds_max);
    plan.events = number(argv[2], events_max);
    if (argc == 4) plan.go_peer = argv[3];
  }
  if (plan.rounds == 0 || plan.events == 0) {
    std::fprintf(stderr, "usage: postgres-bench ROUNDS EVENTS [GO_PEER]\n");
    return 2;
  }
  return run_program([&plan] { return run(plan); });
}
