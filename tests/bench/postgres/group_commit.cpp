// SPDX-License-Identifier: Apache-2.0
#include <random>

#include "contests.hpp"
#include "go_peer.hpp"
#include "on_pool.hpp"
#include "pgbench.hpp"
#include "weir/scope.hpp"
#include "workload.hpp"

namespace weir::bench {
namespace {

constexpr double single_reach = 3;     // times the rate of events that are committed alone
constexpr double grouped_reach = 0.9;  // of that of events that are committed as weir's are
constexpr double cpu_reach = 3;        // microseconds an event
constexpr std::uint64_t ids_of_a_client = 1'000'000'000;

std::string setup_sql() {
  return "drop table if exists inbox, states, outbox; "
         "create table inbox(event_id bigint primary key, "
         "received_at timestamptz not null default now()) with (autovacuum_enabled = false); "
         "create table states(key bigint primary key, version bigint not null, "
         "body text not null) with (autovacuum_enabled = false); "
         "create table outbox(id bigint generated always as identity primary key, "
         "event_id bigint not null, body text not null) with (autovacuum_enabled = false); "
         "insert into states select key, 0, '" +
         make_body() + "' from generate_series(1, " + std::to_string(keys) + ") as key";
}

/// The events, where all three tables have the same number of them.
constexpr const char* count_sql =
    "select case when inserted = sent and inserted = applied then inserted else -1 end from "
    "(select count(*) from inbox) as a(inserted), (select count(*) from outbox) as b(sent), "
    "(select sum(version) from states) as c(applied)";

/// Makes the events of one committer. Each has its own part of the keys, as lanes have: two
/// transactions that wanted the same rows in another order would end in a deadlock.
class event_source {
 public:
  explicit event_source(std::uint64_t number)
      : number_(number), random_(static_cast<std::minstd_rand::result_type>(number + 1)) {}

  std::int64_t next_id() { return static_cast<std::int64_t>(number_ * ids_of_a_client + ++made_); }
  std::int64_t next_key() {
    return static_cast<std::int64_t>((random_() % (keys / committers) + 1) * committers - number_);
  }

 private:
  std::uint64_t number_;
  std::uint64_t made_ = 0;
  std::minstd_rand random_;
};

task<> commit_events(postgres::pool& db, std::uint64_t number, std::uint64_t events) {
  event_source source(number);
  const std::string body = make_body();
  for (std::uint64_t done = 0; done < events; done += batch_events) {
    postgres::transaction work = co_await db.begin();
    for (std::uint64_t left = batch_events; left > 0; --left) {
      const std::int64_t id = source.next_id();
      work.enqueue(insert_inbox, id);
      work.enqueue(upsert_state, source.next_key(), body);
      work.enqueue(insert_outbox, id, body);
    }
    co_await work.commit();
  }
}

task<> commit_at_once(scope& all, postgres::pool& db, std::uint64_t events) {
  for (std::uint64_t number = 0; number < committers; ++number)
    all.spawn(commit_events(db, number, events / committers));
  co_await all.join();
}

task<cost> commit_all(postgres::pool& db, std::uint64_t events) {
  const stopwatch watch;
  co_await with_scope([&db, events](scope& all) { return commit_at_once(all, db, events); });
  co_return watch.of(events);
}

/// One event, of a client that has the same part of the keys as a committer has.
std::string event_script(std::uint64_t clients) {
  return "\\set n :n + 1\n\\set id :client_id * " + std::to_string(ids_of_a_client) +
         " + :n\n\\set key random(1, " + std::to_string(keys / clients) + ") * " +
         std::to_string(clients) + " - :client_id\n" +
         script_statement(insert_inbox.text(), {"id"}) +
         script_statement(upsert_state.text(), {"key", "body"}) +
         script_statement(insert_outbox.text(), {"id", "body"});
}

pgbench_run committed_alone(std::uint64_t events) {
  return {.script = "begin;\n" + event_script(single_clients) + "commit;\n",
          .clients = single_clients,
          .operations = events};
}

pgbench_run committed_together(std::uint64_t events) {
  std::string script = "\\startpipeline\nbegin;\n";
  for (std::uint64_t left = batch_events; left > 0; --left) script += event_script(committers);
  return {.script = script + "commit;\n\\endpipeline\n",
          .clients = committers,
          .operations = events,
          .operations_each = batch_events};
}

}  // namespace

contest group_commit(const bench_place& at) {
  contest made{.name = "events, group commit of " + std::to_string(batch_events),
               .unit = "events",
               .setup = setup_sql(),
               .count = count_sql,
               .operations = at.events,
               .cpu_reach = cpu_reach};
  const auto ours = [events = at.events](postgres::pool& db) { return commit_all(db, events); };
  made.sides.push_back({"weir", [=] { return on_pool(at.conninfo, committers, ours); }});
  if (!at.pgbench.empty()) {
    const pgbench_run alone = committed_alone(at.events);
    const pgbench_run together = committed_together(at.events);
    made.sides.push_back({"pgbench, 8 clients, each event committed alone",
                          [=] { return run_pgbench(at, alone); }, single_reach});
    made.sides.push_back({"pgbench, 2 clients, pipelined transactions of 64",
                          [=] { return run_pgbench(at, together); }, grouped_reach});
  }
  if (!at.go_peer.empty()) {
    made.sides.push_back(
        {"pgx, 2 goroutines, batches of 64", [=] { return run_go_peer(at, "events", at.events); }});
  }
  return made;
}

}  // namespace weir::bench
