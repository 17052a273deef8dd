// SPDX-License-Identifier: Apache-2.0
// order-bench: variants of weir's order-processor beside programs of others, in turns on the same
// servers (run by tools/bench service).
//
// Prints a table of medians and writes build/bench.json; `met` there says which numbers are
// reached.
#include <CLI/CLI.hpp>

#include "contest.hpp"
#include "measurement.hpp"
#include "program.hpp"
#include "sides.hpp"
#include "table.hpp"
#include "two_cores.hpp"

namespace {

using namespace weir::bench;
using weir::orders::order_clients;

constexpr std::uint64_t rounds_max = 1000;
constexpr std::uint64_t orders_max = 10'000'000;
constexpr int exit_usage = 2;

struct arguments {
  bench_plan plan{.rounds = 5, .orders = 20'000, .backlog = 100'000};
  programs of;
};

void declare(CLI::App& line, arguments& of) {
  const CLI::Range some(std::uint64_t{1}, orders_max);
  line.add_option("--rounds", of.plan.rounds, "how often each side has its turn")
      ->check(CLI::Range(std::uint64_t{1}, rounds_max));
  line.add_option("--orders", of.plan.orders, "in a round")->check(some);
  line.add_option("--backlog", of.plan.backlog, "orders of the large backlog")->check(some);
  line.add_option("--weir", of.of.weir, "NAME=PATH of a variant of the order-processor")
      ->required();
  line.add_option("--by-hand", of.of.by_hand, "path of the program by hand");
  line.add_option("--go", of.of.go, "path of the Go program");
  line.add_option("--rust", of.of.rust, "path of the Rust program");
}

int run(const arguments& with) {
  auto entrants = make_entrants(with.of);
  keep_on_two_cores();
  weir::orders::order_servers servers;
  // For all sides. With the defaults a million orders do not fit into the server's memory, and what
  // they show is how the machine's disk takes its pages.
  servers.postgres.set("shared_buffers", "2GB");
  servers.postgres.set("max_wal_size", "16GB");
  servers.start();
  weir::orders::run_with_clients(servers, [&](order_clients clients) {
    return run_contest({servers, clients}, with.plan, entrants);
  });
  const auto lines = table_of(entrants, with.plan);
  print_table(lines);
  write_results(lines);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App line("Measures weir's order-processor beside others.", "order-bench");
  arguments with;
  declare(line, with);
  try {
    line.parse(argc, argv);
  } catch (const CLI::ParseError& ending) {
    return line.exit(ending) == 0 ? 0 : exit_usage;  // --help is an ending, too.
  }
  return run_program([&with] { return run(with); });
}
