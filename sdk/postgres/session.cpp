// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "result_error.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
namespace {

/// How long a rollback may take before what it waits for is cancelled.
constexpr std::chrono::seconds rollback_limit{5};

constexpr statement_shape control(const char* sql) {
  return {sql, nullptr, 0, statement_kind::write};
}
constexpr statement_shape begin_default = control("begin");
constexpr statement_shape begin_read_committed = control("begin isolation level read committed");
constexpr statement_shape begin_repeatable_read = control("begin isolation level repeatable read");
constexpr statement_shape begin_serializable = control("begin isolation level serializable");
constexpr statement_shape commit_statement = control("commit");
constexpr statement_shape rollback_statement = control("rollback");

const statement_shape& begin_statement(isolation level) {
  switch (level) {
    case isolation::server_default:
      return begin_default;
    case isolation::read_committed:
      return begin_read_committed;
    case isolation::repeatable_read:
      return begin_repeatable_read;
    case isolation::serializable:
      return begin_serializable;
  }
  return begin_default;
}

error cancelled_before() {
  error_fields fields;
  fields.sqlstate = "57014";
  fields.message = "a statement of the transaction was cancelled";
  return error(std::move(fields), {}, std::nullopt);
}

}  // namespace

void session::prepare_to_send() {
  WEIR_ASSERT(state_ != state::ended);  // The transaction was committed or rolled back.
  if (state_ == state::failed) throw not_executed(*cause_);
  if (state_ == state::fresh) begin();
  state_ = state::open;
}

void session::begin() {
  lent_->trim();
  lent_->send(begin_statement(options_.level), {}, std::nullopt, nullptr);
}

std::size_t session::enqueue(const statement_shape& shape, const parameters& encoded) {
  prepare_to_send();
  if (enqueued_ == enqueued_statements_max ||
      enqueued_bytes_ + encoded.bytes().size() > enqueued_bytes_max) {
    throw weir::error(errc::limit_exceeded, disposition::permanent,
                      "too much is enqueued in one transaction (" + std::to_string(enqueued_) +
                          " statements, " + std::to_string(enqueued_bytes_) +
                          " bytes): await flush() in between");
  }
  ++enqueued_;
  enqueued_bytes_ += encoded.bytes().size();
  lent_->send(shape, encoded, next_index_, nullptr);
  return next_index_++;
}

task<result_set> session::run(const statement_shape& shape, parameters encoded) {
  encoded.throw_if_refused();
  prepare_to_send();
  const auto answer = std::make_shared<reply>();
  lent_->send(shape, encoded, next_index_++, answer);
  lent_->request_answers();
  co_await settle();
  co_return std::move(answer->rows);
}

task<> session::flush() {
  prepare_to_send();
  lent_->request_answers();
  co_await settle();
}

task<> session::settle() {
  enqueued_ = 0;
  enqueued_bytes_ = 0;
  const auto settled = co_await lent_->settle().as_result();
  if (!settled) {
    state_ = state::failed;
    cause_ = cancelled_before();
    co_await shield(lent_->interrupt());
    throw settled.error();
  }
  if (lent_->failure()) fail(*lent_->failure());
  if (lent_->lost()) fail(*lent_->lost());
}

void session::fail(const error& why) {
  state_ = state::failed;
  cause_ = why;
  throw error(why);
}

task<> session::run_script(std::string sql) {
  co_await flush();
  const auto ran = co_await lent_->run_script(std::move(sql)).as_result();
  if (!ran) {
    lent_->forget("a script was cancelled");
    state_ = state::failed;
    cause_ = cancelled_before();
    throw ran.error();
  }
  if (lent_->failure()) fail(*lent_->failure());
  if (lent_->lost()) fail(*lent_->lost());
  if (!lent_->is_in_transaction()) {
    lent_->forget("a script ended its own transaction");
    state_ = state::failed;
    cause_ = cancelled_before();
    throw weir::error(errc::invalid_argument, disposition::permanent,
                      "the script ends its transaction itself: take out its COMMIT or ROLLBACK");
  }
}

task<> session::commit() {
  WEIR_ASSERT(state_ != state::ended);
  if (state_ == state::failed) throw not_executed(*cause_);
  if (state_ == state::fresh) {
    end();
    co_return;
  }
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
    throw error(*cause_);
  }
  if (lent_->lost()) fail(connection_lost(lent_->lost()->message(), effect::unknown));
  check_command_tag(answer->rows);
  end();
}

void session::check_command_tag(const result_set& rows) {
  if (rows.command() == "COMMIT") return;
  // The server answers COMMIT with ROLLBACK, and no error, when the transaction had failed.
  error_fields fields;
  fields.sqlstate = "25P02";
  fields.message = "the server rolled the transaction back instead of committing it";
  fail(error(std::move(fields), {}, std::nullopt));
}

task<> session::rollback() {
  if (state_ == state::ended) co_return;
  if (!lent_->is_clean()) co_await shield(undo());
  end();
}

task<> session::undo() {
  lent_->forget_failure();
  // The first ends what a failed statement left behind it in the pipeline.
  lent_->send_sync();
  lent_->send(rollback_statement, {}, std::nullopt, nullptr);
  lent_->send_sync();
  const auto settled = co_await with_timeout(rollback_limit, lent_->settle()).as_result();
  if (!settled) co_await lent_->interrupt();
}

void session::end() noexcept {
  state_ = state::ended;
  lent_.give_back();
}

}  // namespace weir::postgres::detail
