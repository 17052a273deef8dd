// SPDX-License-Identifier: Apache-2.0
#include "result_error.hpp"
#include "session.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
namespace {

error unfinished_copy() {
  error_fields fields;
  fields.sqlstate = "57014";
  fields.message = "a COPY of the transaction was not finished";
  return error(std::move(fields), {}, std::nullopt);
}

}  // namespace

void session::require_no_copy() const {
  if (!lent_->is_copying() && !is_alone_) return;
  throw weir::error(errc::invalid_argument, disposition::permanent,
                    "a COPY is under way on the transaction, and nothing else can be sent: "
                    "finish() it, or read it to its end, before");
}

void session::require_copy() const {
  if (state_ == state::failed) throw not_executed(*cause_);
  if (state_ == state::open && (lent_->is_copying() || lent_->lost())) return;
  throw weir::error(errc::invalid_argument, disposition::permanent,
                    "the COPY has ended, for its transaction was committed or rolled back");
}

task<> session::settle_copy(task<> step) {
  const auto done = co_await std::move(step).as_result();
  if (!done) {
    was_cancelled_ = true;
    co_await shield(abort_copy("it was cancelled"));
    throw done.error();
  }
  if (lent_->failure()) fail(*lent_->failure());
  if (lent_->lost()) fail(*lent_->lost());
}

task<> session::begin_copy(std::string_view sql, std::string_view name) {
  send_end();
  const alone until_begun(*this);
  co_await settle();
  may_have_written_ = true;
  co_await settle_copy(lent_->begin_copy(sql, name));
}

task<> session::send_copy(std::string_view bytes) {
  require_copy();
  co_await settle_copy(lent_->send_copy(bytes));
}

task<std::uint64_t> session::finish_copy() {
  require_copy();
  std::uint64_t rows = 0;
  const auto finish = [](connection& on, std::uint64_t& into) -> task<> {
    into = co_await on.finish_copy();
  };
  co_await settle_copy(finish(*lent_, rows));
  co_return rows;
}

progress session::take_copy(std::string& bytes) {
  require_copy();
  return lent_->take_copy(bytes);
}

task<> session::receive_copy() {
  require_copy();
  co_await lent_->receive();
  if (lent_->lost()) fail(*lent_->lost());
}

task<> session::abort_copy(std::string reason) {
  if (state_ == state::ended) co_return;
  if (lent_->is_copying()) co_await lent_->give_up_copy(std::move(reason));
  state_ = state::failed;
  cause_ = lent_->failure() ? *lent_->failure() : unfinished_copy();
}

void session::abandon_copy() noexcept {
  if (state_ != state::open) return;
  state_ = state::failed;
  cause_ = unfinished_copy();
}

}  // namespace weir::postgres::detail
