// SPDX-License-Identifier: Apache-2.0
#include "bench_command.hpp"

#include <CLI/CLI.hpp>

#include "program.hpp"

namespace weir::bench {
namespace {

constexpr std::uint64_t rounds_max = 1000;
constexpr std::uint64_t orders_max = 10'000'000;
constexpr int exit_usage = 2;

}  // namespace

void add_rounds(CLI::App& to, std::uint64_t& into) {
  to.add_option("--rounds", into, "how often each side has its turn")
      ->check(CLI::Range(std::uint64_t{1}, rounds_max));
}

void add_variants(CLI::App& to, std::vector<std::string>& into) {
  to.add_option("--weir", into, "NAME=PATH of a variant of the order-processor")->required();
}

void add_orders(CLI::App& to, const std::string& name, std::uint64_t& into,
                const std::string& description) {
  to.add_option(name, into, description)->check(CLI::Range(std::uint64_t{1}, orders_max));
}

int run_bench(CLI::App& line, int argc, char** argv,
              const std::function<std::vector<measurement>()>& measure) {
  try {
    line.parse(argc, argv);
  } catch (const CLI::ParseError& ending) {
    return line.exit(ending) == 0 ? 0 : exit_usage;  // --help is an ending, too.
  }
  return run_program([&measure] {
    const std::vector<measurement> lines = measure();
    print_table(lines);
    write_results(lines);
    return 0;
  });
}

}  // namespace weir::bench
