// SPDX-License-Identifier: Apache-2.0
// operate-bench: what it costs a service to be watched, and to be attacked (run by tools/bench
// operate).
//
// Prints a table of medians over interleaved rounds and writes build/bench.json; `met` there says
// which numbers are reached.
#include <CLI/CLI.hpp>

#include "attacked.hpp"
#include "measurement.hpp"
#include "observed.hpp"
#include "program.hpp"
#include "two_cores.hpp"

namespace {

using namespace weir::bench;

constexpr std::uint64_t rounds_max = 1000;
constexpr std::uint64_t orders_max = 10'000'000;
constexpr int exit_usage = 2;

struct arguments {
  std::uint64_t rounds = 5;
  std::uint64_t orders = 100'000;
  std::uint64_t rate = 2000;
  std::vector<std::string> variants;
  std::string attackers;
};

void declare(CLI::App& line, arguments& of) {
  line.add_option("--rounds", of.rounds, "how often each side has its turn")
      ->check(CLI::Range(std::uint64_t{1}, rounds_max));
  line.add_option("--orders", of.orders, "of a side that is watched, in a round")
      ->check(CLI::Range(std::uint64_t{1}, orders_max));
  line.add_option("--rate", of.rate, "orders a second of a side that is attacked")
      ->check(CLI::Range(std::uint64_t{1}, orders_max));
  line.add_option("--weir", of.variants, "NAME=PATH of a variant of the order-processor")
      ->required();
  line.add_option("--attackers", of.attackers, "path of the program that attacks")->required();
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

int run(const arguments& with) {
  const auto variants = read_variants(with.variants);
  observed_contest observed(variants);
  attacked_contest attacked(variants.front(), with.attackers);
  keep_on_two_cores();
  weir::orders::order_servers servers;
  servers.postgres.set("shared_buffers", "2GB");
  servers.postgres.set("max_wal_size", "16GB");
  servers.start();
  weir::orders::run_with_clients(servers, [&](weir::orders::order_clients clients) {
    return run_rounds({servers, clients}, with, observed, attacked, variants.front());
  });
  std::vector<measurement> lines = observed.lines();
  for (measurement& line : attacked.lines()) lines.push_back(std::move(line));
  print_table(lines);
  write_results(lines);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App line("Measures what watching and attacking the order-processor costs.", "operate-bench");
  arguments with;
  declare(line, with);
  try {
    line.parse(argc, argv);
  } catch (const CLI::ParseError& ending) {
    return line.exit(ending) == 0 ? 0 : exit_usage;  // --help is an ending, too.
  }
  return run_program([&with] { return run(with); });
}
