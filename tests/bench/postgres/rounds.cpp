// SPDX-License-Identifier: Apache-2.0
#include "rounds.hpp"

#include <cstdio>
#include <filesystem>

#include "contests.hpp"
#include "libpq_connection.hpp"
#include "placement.hpp"
#include "servers/postgres_server.hpp"
#include "servers/server_programs.hpp"
#include "weir/error.hpp"
#include "weir/sleep.hpp"
#include "workload.hpp"

namespace weir::bench {
namespace {

/// The server counts what a connection has read a moment after that has ended.
constexpr auto look_interval = std::chrono::milliseconds(20);
constexpr int looks_max = 250;

/// A program of PostgreSQL's; empty, and said, where it is missing.
std::string find_peer(const char* name) {
  const std::filesystem::path program = servers::find_postgres_programs() / name;
  if (std::filesystem::exists(program)) return program.string();
  std::fprintf(stderr, "note: without %s what it is measured for is left out\n", name);
  return {};
}

/// Throws unless the side has done what it was asked for: another run measures nothing.
task<> require_done(libpq_connection& control, const contest& in, const side& who) {
  const std::string wanted = std::to_string(in.operations);
  std::string counted;
  for (int look = 0; look < looks_max; ++look) {
    counted = control.run(in.count);
    if (counted == wanted) co_return;
    co_await sleep(look_interval);
  }
  throw error(errc::invalid_input, disposition::permanent,
              "this run does not count: " + who.name + " did " + counted + " of " + wanted + ' ' +
                  in.unit + " (" + in.name + ')');
}

/// One run. What was written before is on the disk when it begins, so that the server writes
/// nothing but the run's own. `control` blocks the loop, on which nothing else happens meanwhile.
task<> run_trial(libpq_connection& control, const contest& in, side& who) {
  control.run(in.setup);
  control.run("vacuum (analyze)");
  control.run("checkpoint");
  const cost spent = co_await who.measure();
  co_await require_done(control, in, who);
  who.rounds.push_back(spent);
}

/// A side is first in one round and last in another: what the server still does of the run before,
/// or begins anew, falls upon each of them.
task<> run_round(libpq_connection& control, contest& in, std::uint64_t round) {
  for (std::size_t turn = 0; turn < in.sides.size(); ++turn)
    co_await run_trial(control, in, in.sides[(round + turn) % in.sides.size()]);
}

std::vector<contest> make_contests(const bench_place& at) {
  std::vector<contest> made;
  for (const auto make :
       {point_reads, group_commit, bulk_upsert, copy_rows, row_stream, query_latency_on_one_core})
    made.push_back(make(at));
  if (is_possible(placement::two_cores)) made.push_back(query_latency_on_two_cores(at));
  return made;
}

}  // namespace

task<std::vector<contest>> run_contests(bench_plan plan) {
  servers::postgres_server server;
  server.start();
  bench_place at;
  at.conninfo = server.conninfo();
  at.pgbench = find_peer("pgbench");
  at.psql = find_peer("psql");
  at.go_peer = plan.go_peer;
  at.events = (plan.events + events_unit - 1) / events_unit * events_unit;
  libpq_connection control(at.conninfo);
  auto all = make_contests(at);
  for (std::uint64_t round = 1; round <= plan.rounds; ++round) {
    for (contest& one : all) co_await run_round(control, one, round);
    std::printf("round %llu of %llu done\n", static_cast<unsigned long long>(round),
                static_cast<unsigned long long>(plan.rounds));
    std::fflush(stdout);
  }
  co_return all;
}

}  // namespace weir::bench
