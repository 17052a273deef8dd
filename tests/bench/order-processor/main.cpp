// SPDX-License-Identifier: Apache-2.0
// order-bench: variants of weir's order-processor beside programs of others, in turns on the same
// servers (run by tools/bench service).
//
// Prints a table of medians and writes build/bench.json; `met` there says which numbers are
// reached.
#include <CLI/CLI.hpp>

#include "bench_command.hpp"
#include "bench_servers.hpp"
#include "contest.hpp"
#include "sides.hpp"
#include "table.hpp"

namespace {

using namespace weir::bench;

struct arguments {
  bench_plan plan{.rounds = 5, .orders = 20'000, .backlog = 100'000};
  programs of;
};

void declare(CLI::App& line, arguments& of) {
  add_rounds(line, of.plan.rounds);
  add_orders(line, "--orders", of.plan.orders, "in a round");
  add_orders(line, "--backlog", of.plan.backlog, "orders of the large backlog");
  add_variants(line, of.of.weir);
  line.add_option("--by-hand", of.of.by_hand, "path of the program by hand");
  line.add_option("--go", of.of.go, "path of the Go program");
  line.add_option("--rust", of.of.rust, "path of the Rust program");
}

std::vector<measurement> measure(const arguments& with) {
  auto entrants = make_entrants(with.of);
  run_on_servers([&](bench_place at) { return run_contest(at, with.plan, entrants); });
  return table_of(entrants, with.plan);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App line("Measures weir's order-processor beside others.", "order-bench");
  arguments with;
  declare(line, with);
  return run_bench(line, argc, argv, [&with] { return measure(with); });
}
