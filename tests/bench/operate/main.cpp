// SPDX-License-Identifier: Apache-2.0
// operate-bench: what it costs a service to be watched, and to be attacked (run by tools/bench
// operate).
//
// Prints a table of medians over interleaved rounds and writes build/bench.json; `met` there says
// which numbers are reached.
#include <CLI/CLI.hpp>

#include "attacked.hpp"
#include "bench_command.hpp"
#include "bench_servers.hpp"
#include "observed.hpp"

namespace {

using namespace weir::bench;

struct arguments {
  std::uint64_t rounds = 5;
  std::uint64_t orders = 100'000;
  std::uint64_t rate = 2000;
  std::vector<std::string> variants;
  std::string attackers;
  std::string decoy;
};

void declare(CLI::App& line, arguments& of) {
  add_rounds(line, of.rounds);
  add_orders(line, "--orders", of.orders, "of a side that is watched, in a round");
  add_orders(line, "--rate", of.rate, "orders a second of a side that is attacked");
  add_variants(line, of.variants);
  line.add_option("--attackers", of.attackers, "path of the program that attacks")->required();
  line.add_option("--decoy", of.decoy, "path of the program that is attacked beside a service")
      ->required();
}

weir::task<> run_rounds(bench_place at, const arguments& with, observed_contest& observed,
                        attacked_contest& attacked, const variant& first) {
  co_await make_tables(at, side_of(first, "tables", {"WEIR_ADMIN__LISTEN=off"}));
  for (std::uint64_t round = 1; round <= with.rounds; ++round) {
    std::printf("round %llu of %llu\n", static_cast<unsigned long long>(round),
                static_cast<unsigned long long>(with.rounds));
    co_await observed.run_round(at, round, with.orders);
    co_await attacked.run_round(at, round, with.rate);
  }
}

std::vector<measurement> measure(const arguments& with) {
  const auto variants = read_variants(with.variants);
  observed_contest observed(variants);
  attacked_contest attacked(variants.front(), with.attackers, with.decoy);
  run_on_servers(
      [&](bench_place at) { return run_rounds(at, with, observed, attacked, variants.front()); });
  std::vector<measurement> lines = observed.lines();
  for (measurement& line : attacked.lines()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App line("Measures what watching and attacking the order-processor costs.", "operate-bench");
  arguments with;
  declare(line, with);
  return run_bench(line, argc, argv, [&with] { return measure(with); });
}
