// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "measurement.hpp"

namespace CLI {
class App;
}

namespace weir::bench {

/// The options that every program has which measures the order-processor.
void add_rounds(CLI::App& to, std::uint64_t& into);
void add_variants(CLI::App& to, std::vector<std::string>& into);
/// An option that is a number of orders.
void add_orders(CLI::App& to, const std::string& name, std::uint64_t& into,
                const std::string& description);

/// Reads the command line, measures, prints the table and writes build/bench.json. Gives the exit
/// code of the program: 2 for a wrong command line, 3 with the reason where `measure` throws.
int run_bench(CLI::App& line, int argc, char** argv,
              const std::function<std::vector<measurement>()>& measure);

}  // namespace weir::bench
