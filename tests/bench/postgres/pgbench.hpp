// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "contest.hpp"
#include "place.hpp"

namespace weir::bench {

/// A script, and how often it is run. In it `:body` is a body, and `:n` is 0 at first.
struct pgbench_run {
  std::string script;
  std::uint64_t clients = 1;
  std::uint64_t operations = 0;       ///< of all clients
  std::uint64_t operations_each = 1;  ///< of one run of the script
};

/// A statement as a script has it: with pgbench's variables of these names for `$1`, `$2`, ...
std::string script_statement(std::string_view sql, std::initializer_list<std::string_view> names);

/// Runs pgbench with prepared statements.
task<cost> run_pgbench(bench_place at, pgbench_run what);

}  // namespace weir::bench
