// SPDX-License-Identifier: Apache-2.0
#include "go_peer.hpp"

#include <charconv>

#include "peer_program.hpp"
#include "weir/error.hpp"

namespace weir::bench {

task<cost> run_go_peer(bench_place at, std::string what, std::uint64_t operations) {
  process_options how;
  how.program = at.go_peer;
  how.arguments.push_back(std::move(what));
  how.arguments.push_back(std::to_string(operations));
  const peer_report report = co_await run_peer(std::move(how), at.conninfo, "");
  cost spent;
  const char* const end = report.output.data() + report.output.size();
  const auto read = std::from_chars(report.output.data(), end, spent.figure);
  if (read.ec != std::errc() || spent.figure <= 0)
    throw error(errc::protocol, disposition::permanent,
                "the Go peer printed '" + report.output + "' in place of a rate");
  spent.cpu_us = report.cpu_us / static_cast<double>(operations);
  co_return spent;
}

}  // namespace weir::bench
