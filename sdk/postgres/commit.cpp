// SPDX-License-Identifier: Apache-2.0
#include "commit_outcome.hpp"
#include "control_statements.hpp"
#include "result_error.hpp"
#include "session.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {

void session::ask_for_number() {
  // It has none before it has changed something, and then always the same.
  if (options_.read_only || !lent_->timeline() || (number_ && value_of(*number_))) return;
  number_ = std::make_shared<reply>();
  lent_->send(number_question, {}, std::nullopt, number_);
}

task<> session::commit() {
  WEIR_ASSERT(state_ != state::ended);
  if (state_ == state::failed) throw not_executed(*cause_);
  if (state_ == state::fresh) {
    end();
    co_return;
  }
  require_no_copy();
  // A connection learns the timeline with its first statements.
  if (options_.always_know_outcome && !lent_->timeline()) co_await flush();
  if (options_.always_know_outcome) co_await flush();
  ask_for_number();
  // So its answer comes before the server begins to commit.
  lent_->request_answers();
  const auto answer = std::make_shared<reply>();
  lent_->send(commit_statement, {}, std::nullopt, answer);
  if (lent_->lost()) fail(*lent_->lost());
  lent_->send_sync();
  const auto settled = co_await lent_->settle().as_result();
  // The COMMIT is on its way: only its answer says what became of it.
  if (!settled) co_await shield(lent_->interrupt());
  if (lent_->failure()) {
    state_ = state::failed;
    cause_ = *lent_->failure();
    if (!settled) throw settled.error();
    fail(*cause_);
  }
  if (lent_->lost()) co_return co_await shield(find_outcome(*lent_->lost()));
  check_command_tag(answer->rows);
  end();
}

task<> session::find_outcome(error lost) {
  const std::optional<std::string> which = number_ ? value_of(*number_) : std::nullopt;
  const std::optional<std::string> timeline = lent_->timeline();
  // One that had no number may get one with its COMMIT, for a NOTIFY, which read_only allows.
  const bool has_no_number =
      options_.read_only || (number_ && number_->what == reply::outcome::executed && !which);
  const bool changed_nothing = has_no_number && !may_have_written_;
  auto outcome = changed_nothing ? commit_outcome::aborted : commit_outcome::unknown;
  pool_core& pool = lent_.owner();
  // Given back first: a pool of one connection needs its place for the question.
  lent_.give_back();
  state_ = state::ended;
  if (which) outcome = co_await find_commit_outcome(pool, *which, *timeline);
  if (outcome == commit_outcome::committed) co_return;
  throw connection_lost(lost.message(),
                        outcome == commit_outcome::aborted ? effect::none : effect::unknown);
}

void session::check_command_tag(const result_set& rows) {
  if (rows.command() == "COMMIT") return;
  // The server answers COMMIT with ROLLBACK, and no error, when the transaction had failed.
  error_fields fields;
  fields.sqlstate = "25P02";
  fields.message = "the server rolled the transaction back instead of committing it";
  fail(error(std::move(fields), {}, std::nullopt));
}

}  // namespace weir::postgres::detail
