// SPDX-License-Identifier: Apache-2.0
#include "commit_outcome.hpp"

#include "pool_core.hpp"
#include "weir/postgres/detail/rows.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
namespace {

/// The pause before the server is asked again about a transaction that has not ended yet.
constexpr std::chrono::milliseconds pause_min{5};
constexpr std::chrono::milliseconds pause_max{500};

// pg_xact_status() refuses a number that the server has not given yet.
constexpr auto outcome_question = stmt<
    "select case when age($1::text::xid8::xid) > 0 then pg_xact_status($1::text::xid8)"
    " else 'never given' end, not pg_is_in_recovery() and $2::text like"
    " (select system_identifier from pg_control_system()) || '/' ||"
    " substring(pg_walfile_name(pg_current_wal_insert_lsn()) for 8) || '/%',"
    " $2::text like '%/' || (select encode(timestamptz_send(stats_reset), 'hex')"
    " from pg_stat_bgwriter)",
    statement_kind::write, "weir_commit_outcome">;

/// What the server said of a transaction.
struct outcome_row {
  std::string status;
  bool is_same_server = false;
  bool has_run_on = false;  ///< It has not crashed since.
};

task<outcome_row> ask(pool_core& pool, const std::string& number, const std::string& timeline) {
  using columns = std::tuple<std::optional<std::string>, std::optional<bool>, std::optional<bool>>;
  const auto& shape = check_call<decltype(outcome_question), std::string, std::string>();
  const result_set rows = co_await pool.run(shape, encode(number, timeline));
  const columns row = row_reader<columns>(rows).read(0);
  co_return outcome_row{std::get<0>(row).value_or(""), std::get<1>(row).value_or(false),
                        std::get<2>(row).value_or(false)};
}

task<commit_outcome> ask_until_ended(pool_core& pool, const std::string& number,
                                     const std::string& timeline) {
  for (duration pause = pause_min;; pause = std::min<duration>(pause * 2, pause_max)) {
    const outcome_row found = co_await ask(pool, number, timeline);
    if (!found.is_same_server) co_return commit_outcome::unknown;
    // Also where it seems to have crashed, for statistics can be reset by hand.
    if (found.status == "in progress") {
      co_await sleep(pause);
      continue;
    }
    const bool is_committed = found.status == "committed";
    if (is_committed && found.has_run_on) co_return commit_outcome::committed;
    // In a crash the server forgets numbers of which nothing was in the log on disk, and gives them
    // again: it may be another transaction that was committed.
    if (is_committed || found.status.empty()) co_return commit_outcome::unknown;
    co_return commit_outcome::aborted;
  }
}

}  // namespace

const statement_shape number_question{"select pg_current_xact_id_if_assigned()::text", nullptr, 0,
                                      statement_kind::read, "weir_transaction_number"};

// Another cluster may be on a timeline of the same number, so the cluster's own comes first; a role
// that may not read that asks for no outcomes. Statistics are reset when the server has crashed,
// with the time of that.
const statement_shape timeline_question{
    "select case when not pg_is_in_recovery()"
    " then (select system_identifier from pg_control_system()) || '/' ||"
    " substring(pg_walfile_name(pg_current_wal_insert_lsn()) for 8) || '/' ||"
    " (select encode(timestamptz_send(stats_reset), 'hex') from pg_stat_bgwriter) end"
    " where pg_current_xact_id_if_assigned() is null",
    nullptr, 0, statement_kind::read, "weir_timeline"};

std::optional<std::string> value_of(const reply& answer) {
  const result_set& rows = answer.rows;
  if (answer.what != reply::outcome::executed || rows.row_count() != 1 || rows.is_null(0, 0)) {
    return std::nullopt;
  }
  return std::string(rows.bytes(0, 0));
}

task<commit_outcome> find_commit_outcome(pool_core& pool, std::string number,
                                         std::string timeline) {
  const auto found =
      co_await with_timeout(outcome_limit, ask_until_ended(pool, number, timeline)).as_result();
  co_return found ? *found : commit_outcome::unknown;
}

}  // namespace weir::postgres::detail
