// SPDX-License-Identifier: Apache-2.0
#include "control_statements.hpp"
#include "session.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {

task<> session::begin_savepoint() {
  // What was enqueued before fails before: it is not the savepoint's to undo.
  co_await flush();
  lent_->send(savepoint_statement, {}, std::nullopt, nullptr);
}

task<> session::release_savepoint() {
  co_await flush();
  lent_->send(release_statement, {}, std::nullopt, nullptr);
}

task<bool> session::undo_savepoint() {
  // A statement that was cancelled has the task around it cancelled, too: that ends it all.
  if (state_ == state::ended || lent_->lost()) co_return false;
  if (lent_->is_copying()) {
    // Nothing can be sent beside it, and its writer, which may outlive the body, relies on it.
    abandon_copy();
    co_return false;
  }
  if (was_cancelled_ || (state_ == state::failed && !lent_->failure())) co_return false;
  const bool is_unanswered = lent_->owes_answers();
  // The server skips everything up to a Sync, which in a transaction ends no more than that.
  lent_->send_sync();
  // What the body enqueued and did not await may be refused, which is the savepoint's to undo.
  if (is_unanswered) co_await await_answers();
  lent_->forget_failure();
  lent_->send(undo_statement, {}, std::nullopt, nullptr);
  lent_->send(release_statement, {}, std::nullopt, nullptr);
  lent_->request_answers();
  state_ = state::open;
  cause_.reset();
  co_await settle();
  co_return true;
}

}  // namespace weir::postgres::detail
