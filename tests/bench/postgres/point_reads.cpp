// SPDX-License-Identifier: Apache-2.0
#include <random>

#include "contests.hpp"
#include "go_peer.hpp"
#include "items.hpp"
#include "on_pool.hpp"
#include "pgbench.hpp"
#include "weir/scope.hpp"

namespace weir::bench {
namespace {

constexpr std::uint64_t reads_an_event = 8;  // a read is quicker than an event
constexpr double rate_reach = 0.9;

task<> read_items(postgres::pool& db, std::uint64_t seed, std::uint64_t reads) {
  std::minstd_rand random(static_cast<std::minstd_rand::result_type>(seed));
  for (std::uint64_t done = 0; done < reads; ++done) {
    const auto id = static_cast<std::int64_t>(random() % keys + 1);
    const item found = co_await db.one<item>(find_item, id);
    require_right(id, found);
  }
}

task<> read_at_once(scope& readers, postgres::pool& db, std::uint64_t reads) {
  for (std::uint64_t number = 1; number <= reads_at_once; ++number)
    readers.spawn(read_items(db, number, reads / reads_at_once));
  co_await readers.join();
}

task<cost> read_all(postgres::pool& db, std::uint64_t reads) {
  const stopwatch watch;
  co_await with_scope([&db, reads](scope& readers) { return read_at_once(readers, db, reads); });
  co_return watch.of(reads);
}

std::string pipeline_script() {
  std::string script = "\\startpipeline\n";
  for (std::uint64_t number = 0; number < reads_at_once; ++number) {
    script += "\\set id random(1, " + std::to_string(keys) + ")\n";
    script += script_statement(find_item.text(), {"id"});
  }
  return script + "\\endpipeline\n";
}

}  // namespace

contest point_reads(const bench_place& at) {
  const std::uint64_t reads = at.events * reads_an_event;
  contest made{.name = std::to_string(reads_at_once) + " reads at once, 1 connection",
               .unit = "reads",
               .setup = make_items_sql(),
               .count = count_reads_sql,
               .operations = reads};
  const auto ours = [reads](postgres::pool& db) { return read_all(db, reads); };
  made.sides.push_back({"weir", [=] { return on_pool(at.conninfo, 1, ours); }});
  if (!at.pgbench.empty()) {
    const pgbench_run piped{
        .script = pipeline_script(), .operations = reads, .operations_each = reads_at_once};
    made.sides.push_back({"pgbench, pipelines of " + std::to_string(reads_at_once),
                          [=] { return run_pgbench(at, piped); }, rate_reach});
  }
  if (!at.go_peer.empty()) {
    made.sides.push_back({"pgx, 64 goroutines over 32 connections",
                          [=] { return run_go_peer(at, "reads", reads); }});
  }
  return made;
}

}  // namespace weir::bench
