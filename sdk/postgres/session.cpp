// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <limits>

#include "commit_outcome.hpp"
#include "control_statements.hpp"
#include "result_error.hpp"
#include "text_statement.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
namespace {

constexpr auto limit_statements =
    stmt<"select set_config('statement_timeout', $1, true)", statement_kind::write>;
constexpr auto limit_session = stmt<
    "select set_config('statement_timeout', $1, true), "
    "set_config('idle_in_transaction_session_timeout', $2, true)",
    statement_kind::write>;

/// Whoever has a deadline ends the transaction by then; a program that does not, because it stands
/// still, must not hold its locks for ever.
constexpr duration idle_grace = std::chrono::seconds(5);

error cancelled_before() {
  error_fields fields;
  fields.sqlstate = "57014";
  fields.message = "a statement of the transaction was cancelled";
  return error(std::move(fields), {}, std::nullopt);
}

/// In milliseconds, of which the server's limit is a whole number up to some 24 days; 0 would be
/// none.
std::string limit_text(duration limit) {
  constexpr std::chrono::milliseconds limit_max{std::numeric_limits<std::int32_t>::max()};
  const auto whole = std::min<duration>(limit, limit_max);
  return std::to_string(
      std::max(std::chrono::ceil<std::chrono::milliseconds>(whole).count(), std::int64_t{1}));
}

}  // namespace

void session::prepare_to_send() {
  WEIR_ASSERT(state_ != state::ended);  // The transaction was committed or rolled back.
  if (state_ == state::failed) throw not_executed(*cause_);
  require_no_copy();
  if (state_ == state::fresh) begin();
  state_ = state::open;
}

void session::begin() {
  lent_->trim();
  lent_->ask_timeline();
  lent_->send(begin_statement(options_), {}, std::nullopt, nullptr);
  duration limit = options_.statement_timeout;
  if (deadline_ != time_point::max()) {
    const duration left = deadline_ - loop::current().now();
    has_deadline_limit_ = limit == duration::zero() || left < limit;
    if (has_deadline_limit_) limit = std::max(left, duration(1));
  }
  if (limit == duration::zero()) return;
  if (deadline_ == time_point::max()) {
    const auto& shape = check_call<decltype(limit_statements), std::string>();
    lent_->send(shape, encode(limit_text(limit)), std::nullopt, nullptr);
    return;
  }
  const duration left = std::max(deadline_ - loop::current().now(), duration::zero());
  const auto& shape = check_call<decltype(limit_session), std::string, std::string>();
  lent_->send(shape, encode(limit_text(limit), limit_text(left + idle_grace)), std::nullopt,
              nullptr);
}

std::size_t session::enqueue(const statement_shape& shape, parameter_view encoded,
                             std::shared_ptr<reply> to) {
  prepare_to_send();
  if (enqueued_ == enqueued_statements_max ||
      enqueued_bytes_ + encoded.size() > enqueued_bytes_max) {
    throw weir::error(errc::limit_exceeded, disposition::permanent,
                      "too much is enqueued in one transaction (" + std::to_string(enqueued_) +
                          " statements, " + std::to_string(enqueued_bytes_) +
                          " bytes): await flush() in between");
  }
  ++enqueued_;
  enqueued_bytes_ += encoded.size();
  may_have_written_ = may_have_written_ || shape.kind == statement_kind::write;
  lent_->send(shape, encoded, next_index_, std::move(to));
  return next_index_++;
}

task<result_set> session::run(const statement_shape& shape, parameters encoded) {
  encoded.throw_if_refused();
  prepare_to_send();
  const auto answer = std::make_shared<reply>();
  lent_->send(shape, encoded, next_index_++, answer);
  if (shape.kind == statement_kind::write) {
    may_have_written_ = true;
    ask_for_number();
  }
  // A Sync, not only a request for the answers: it ends no transaction, and lets the server see the
  // session as idle in one, as idle_in_transaction_session_timeout must.
  lent_->send_sync();
  co_await settle();
  co_return std::move(answer->rows);
}

void session::send_end() {
  prepare_to_send();
  ask_for_number();
  lent_->send_sync();
}

task<> session::flush() {
  send_end();
  co_await settle();
}

void session::send(std::shared_ptr<text_statement> one, parameter_view encoded) {
  prepare_to_send();
  const statement_shape& shape = one->shape;
  may_have_written_ = true;
  lent_->send_unprepared(shape, encoded, next_index_++, std::move(one));
}

void session::send_if_open(std::shared_ptr<text_statement> one) {
  if (state_ != state::open || lent_->lost() || lent_->is_copying() || is_alone_) return;
  send(std::move(one), {});
}

void session::send_on() {
  lent_->request_answers();
  lent_->send_some();
}

task<> session::settle_sent() {
  require_no_copy();
  lent_->request_answers();
  co_await settle();
}

task<> session::await_answers() {
  enqueued_ = 0;
  enqueued_bytes_ = 0;
  const auto settled = co_await lent_->settle().as_result();
  if (settled) co_return;
  state_ = state::failed;
  cause_ = cancelled_before();
  was_cancelled_ = true;
  co_await shield(lent_->interrupt());
  throw settled.error();
}

task<> session::settle() {
  co_await await_answers();
  if (lent_->failure()) fail(*lent_->failure());
  if (lent_->lost()) fail(*lent_->lost());
}

void session::fail(const error& why) {
  state_ = state::failed;
  cause_ = why;
  constexpr std::string_view query_canceled = "57014";
  if (has_deadline_limit_ && why.sqlstate() == query_canceled) {
    throw weir::error(errc::deadline_exceeded, disposition::retry,
                      "the deadline passed before the operation was done; " + why.message());
  }
  throw error(why);
}

task<> session::run_script(std::string sql) {
  send_end();
  const alone until_end(*this);
  co_await settle();
  may_have_written_ = true;
  const auto ran = co_await lent_->run_script(std::move(sql)).as_result();
  if (!ran) {
    // Else the server would go on with it, and keep its locks, until it has something to say.
    co_await shield(lent_->interrupt());
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

task<> session::rollback() {
  if (state_ == state::ended) co_return;
  if (!lent_->is_clean()) co_await shield(lent_->roll_back());
  end();
}

void session::end() noexcept {
  state_ = state::ended;
  lent_.give_back();
}

}  // namespace weir::postgres::detail
