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

constexpr auto outcome_question = stmt<
    "select pg_xact_status($1::text::xid8), not pg_is_in_recovery() and"
    " substring(pg_walfile_name(pg_current_wal_insert_lsn()) for 8) = $2",
    statement_kind::write, "weir_commit_outcome">;

using outcome_row = std::tuple<std::optional<std::string>, std::optional<bool>>;

task<outcome_row> ask(pool_core& pool, const std::string& number, const std::string& timeline) {
  const auto& shape = check_call<decltype(outcome_question), std::string, std::string>();
  const result_set rows = co_await pool.run(shape, encode(number, timeline));
  co_return row_reader<outcome_row>(rows).read(0);
}

task<commit_outcome> ask_until_ended(pool_core& pool, const std::string& number,
                                     const std::string& timeline) {
  for (duration pause = pause_min;; pause = std::min<duration>(pause * 2, pause_max)) {
    const outcome_row answered = co_await ask(pool, number, timeline);
    const auto& [status, is_same_server] = answered;
    if (!is_same_server.value_or(false)) co_return commit_outcome::unknown;
    if (status == "committed") co_return commit_outcome::committed;
    if (status == "aborted") co_return commit_outcome::aborted;
    if (status != "in progress") co_return commit_outcome::unknown;
    co_await sleep(pause);
  }
}

}  // namespace

const statement_shape number_question{"select pg_current_xact_id_if_assigned()::text", nullptr, 0,
                                      statement_kind::read, "weir_transaction_number"};

const statement_shape timeline_question{
    "select case when not pg_is_in_recovery()"
    " then substring(pg_walfile_name(pg_current_wal_insert_lsn()) for 8) end"
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
