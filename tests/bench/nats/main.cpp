// SPDX-License-Identifier: Apache-2.0
// nats-bench: weir's NATS client beside others, in turns on the same server.
//
//   nats-bench ROUNDS MESSAGES [GO_PEER]      (run by tools/bench nats)
//
// Prints a table of medians and writes build/bench.json.
#include <cstdio>

#include "measurement.hpp"
#include "neighbour.hpp"
#include "program.hpp"
#include "rounds.hpp"
#include "weir/loop.hpp"

namespace {

using namespace weir::bench;

constexpr std::uint64_t rounds_max = 1000;
constexpr std::uint64_t messages_max = 100'000'000;
constexpr double rate_reach = 0.9;     // of the raw loop's rate
constexpr double cpu_reach = 0.6;      // of the Go client's processor time
constexpr double latency_reach = 1.1;  // of the raw loop's median

double median_of(const std::vector<cost>& rounds, double cost::* field) {
  std::vector<double> values;
  for (const cost& round : rounds) values.push_back(round.*field);
  return weir::bench::median_of(std::move(values));
}

/// The mark of a line, where issue and peer have one.
void set_mark(measurement& line, const contest& one, const side& peer, bool is_figure) {
  if (is_figure && peer.name == raw_name) {
    if (one.what == kind::request) {
      line.reach = latency_reach;
    } else if (one.is_jetstream()) {
      line.reach = rate_reach;
    }
  } else if (!is_figure && peer.name == go_name && one.is_jetstream()) {
    line.reach = cpu_reach;
  }
  if (!line.reach) return;
  const bool more_is_better = is_figure && one.what != kind::request;
  line.met = more_is_better ? *line.ratio >= *line.reach : *line.ratio <= *line.reach;
}

measurement line_of(const contest& one, const side& peer, bool is_figure) {
  double cost::* field = is_figure ? &cost::figure : &cost::cpu_us;
  measurement line{.suite = "nats"};
  line.name = one.name + (is_figure ? "" : ", client CPU");
  line.unit = !is_figure ? "us/msg" : one.what == kind::request ? "us (p50)" : "msg/s";
  line.value = median_of(one.ours.rounds, field);
  line.peer = peer.name;
  line.peer_value = median_of(peer.rounds, field);
  line.ratio = line.value / *line.peer_value;
  set_mark(line, one, peer, is_figure);
  return line;
}

int run(const bench_plan& plan) {
  const std::vector<contest> contests = weir::loop().run(run_contests(plan));
  std::vector<measurement> lines;
  for (const contest& one : contests) {
    for (const bool is_figure : {true, false}) {
      for (const side& peer : one.peers) lines.push_back(line_of(one, peer, is_figure));
    }
  }
  print_table(lines);
  write_results(lines);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (is_neighbour(argc, argv)) return run_neighbour(argc, argv);
  bench_plan plan;
  if (argc == 3 || argc == 4) {
    plan.rounds = number(argv[1], rounds_max);
    plan.messages = number(argv[2], messages_max);
    if (argc == 4) plan.go_peer = argv[3];
  }
  if (plan.rounds == 0 || plan.messages == 0) {
    std::fprintf(stderr, "usage: nats-bench ROUNDS MESSAGES [GO_PEER]\n");
    return 2;
  }
  return run_program([&plan] { return run(plan); });
}
