// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"
#include "text_statement.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {

void session::send_for_savepoint(const char* command) {
  // Each depth has a name of its own: under one name, what undoes a savepoint that the server
  // refused would undo the one around it.
  const auto one =
      std::make_shared<text_statement>(command + (" weir_" + std::to_string(savepoints_)));
  lent_->send_unprepared(one->shape, {}, std::nullopt, one);
}

task<> session::begin_savepoint() {
  // What was enqueued before fails before: it is not the savepoint's to undo.
  co_await flush();
  ++savepoints_;
  send_for_savepoint("savepoint");
}

task<> session::release_savepoint() {
  co_await flush();
  send_for_savepoint("release savepoint");
  --savepoints_;
}

task<bool> session::undo_savepoint() {
  struct at_end {
    std::size_t& depth;
    ~at_end() { --depth; }
  } left{savepoints_};
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
  send_for_savepoint("rollback to savepoint");
  send_for_savepoint("release savepoint");
  lent_->request_answers();
  state_ = state::open;
  cause_.reset();
  co_await settle();
  co_return true;
}

}  // namespace weir::postgres::detail
