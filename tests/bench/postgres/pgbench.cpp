// SPDX-License-Identifier: Apache-2.0
#include "pgbench.hpp"

#include <algorithm>
#include <charconv>
#include <thread>

#include "peer_program.hpp"
#include "weir/error.hpp"
#include "workload.hpp"

namespace weir::bench {
namespace {

/// As many as do any good, one for each core: pgbench's own work would else stand in a queue.
std::uint64_t threads_for(std::uint64_t clients) {
  const std::uint64_t cores = std::max(std::thread::hardware_concurrency(), 1U);
  return std::min(clients, cores);
}

process_options command_of(const bench_place& at, const pgbench_run& what) {
  const std::uint64_t turns = what.operations / what.operations_each / what.clients;
  return {.program = at.pgbench,
          .arguments = {"--no-vacuum", "--protocol=prepared",
                        "--client=" + std::to_string(what.clients),
                        "--jobs=" + std::to_string(threads_for(what.clients)),
                        "--transactions=" + std::to_string(turns), "--define=n=0",
                        "--define=body=" + make_body(), "--file=-"},
          .environment = {}};
}

/// The runs of the script in a second, without the time to connect.
double read_rate(const std::string& report) {
  constexpr std::string_view label = "\ntps = ";
  const std::size_t found = report.find(label);
  double rate = 0;
  if (found != report.npos) {
    const char* const begin = report.data() + found + label.size();
    std::from_chars(begin, report.data() + report.size(), rate);
  }
  if (rate > 0) return rate;
  throw error(errc::protocol, disposition::permanent,
              "pgbench printed no rate that can be read: " + report);
}

}  // namespace

std::string script_statement(std::string_view sql, std::initializer_list<std::string_view> names) {
  std::string text;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    if (sql[at] == '$') {
      const auto number = static_cast<std::size_t>(sql[++at] - '1');
      text.append(":").append(*(names.begin() + number));
    } else {
      text += sql[at];
    }
  }
  return text + ";\n";
}

task<cost> run_pgbench(bench_place at, pgbench_run what) {
  const peer_report report =
      co_await run_peer(command_of(at, what), at.conninfo, std::move(what.script));
  const double turns = read_rate(report.output);
  cost spent;
  spent.figure = turns * static_cast<double>(what.operations_each);
  spent.cpu_us = report.cpu_us / static_cast<double>(what.operations);
  co_return spent;
}

}  // namespace weir::bench
