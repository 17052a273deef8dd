// SPDX-License-Identifier: Apache-2.0
#include "migration_outside.hpp"

#include "migration_records.hpp"
#include "pool_core.hpp"
#include "sql_script.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
namespace {

/// One holds the lock, one runs the file.
constexpr std::size_t connections_needed = 2;

/// How far a file came, and what ended it.
struct outside_run {
  std::size_t begun = 0;  ///< Statements that were sent.
  std::exception_ptr failure;
};

task<> run_each(connection& over, const std::vector<script_statement>& all, std::size_t& begun) {
  for (const script_statement& one : all) {
    ++begun;
    const auto ran = co_await over.run_script(std::string(one.sql)).as_result();
    if (!ran) {
      co_await shield(over.interrupt());
      throw ran.error();
    }
    if (over.failure()) throw error(*over.failure());
    if (over.lost()) throw error(*over.lost());
  }
}

task<outside_run> run_file(pool& on, const std::vector<script_statement>& all) {
  outside_run run;
  try {
    const lease lent = co_await pool_access::of(on).acquire();
    try {
      co_await run_each(*lent, all, run.begun);
    } catch (...) {
      run.failure = std::current_exception();
    }
    lent->forget("a migration has changed its session");
  } catch (...) {
    run.failure = std::current_exception();
  }
  co_return run;
}

/// "in statement 2 of 3, at line 7: ... (SQLSTATE 42601)"
std::string told_of(const outside_run& run, const std::vector<script_statement>& all,
                    const weir::error& why) {
  const script_statement& last = all[run.begun - 1];
  return "in statement " + std::to_string(run.begun) + " of " + std::to_string(all.size()) +
         ", at line " + std::to_string(last.line) + ": " + why.message();
}

[[noreturn]] void throw_unfinished(const migration_file& file, const std::string& how_far,
                                   const weir::error& why) {
  const std::string number = std::to_string(file.version);
  throw weir::error(
      why.code(), disposition::permanent,
      "the migration " + file.name + ", which runs without a transaction, stopped " + how_far +
          ". What the statements before it did stays, and it may have done a part of its own work "
          "(a CREATE INDEX CONCURRENTLY leaves an invalid index). Nothing more is applied until "
          "you either complete it by hand and run \"update weir_migrations set unfinished = null "
          "where version = " +
          number + "\", or undo it by hand and run \"delete from weir_migrations where version = " +
          number + "\", so that it is applied again");
}

}  // namespace

void refuse_small_pool(pool& on, const migration_file& file) {
  if (pool_access::of(on).connections_max() >= connections_needed) return;
  throw weir::error(errc::invalid_argument, disposition::permanent,
                    "the migration " + file.name +
                        " runs without a transaction, beside a connection that holds the lock: "
                        "give the pool a max_connections of 2 at least");
}

task<> migrate_outside(pool& on, const migration_file& file) {
  const auto statements = split_script(file.sql);
  co_await note_begun(on, file);
  const outside_run run = co_await run_file(on, statements);
  if (!run.failure) co_return co_await note_finished(on, file);
  if (run.begun == 0) {
    // What cannot be noted stays as it is: noted as begun, which is the safe side.
    (void)co_await shield(note_untouched(on, file)).as_result();
    std::rethrow_exception(run.failure);
  }
  const weir::error why = to_error(run.failure);
  const std::string how_far = told_of(run, statements, why);
  (void)co_await shield(note_progress(on, file, how_far)).as_result();
  if (why.is_cancelled() || why.is(errc::deadline_exceeded)) std::rethrow_exception(run.failure);
  throw_unfinished(file, how_far, why);
}

}  // namespace weir::postgres::detail
