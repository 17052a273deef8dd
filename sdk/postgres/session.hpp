// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "lease.hpp"
#include "weir/postgres/transaction.hpp"

namespace weir::postgres::detail {

struct text_statement;

/// One transaction on its connection: what has been sent, what failed, how it ends.
class session {
 public:
  /// `deadline` is that of all its statements.
  session(lease lent, transaction_options options, time_point deadline) noexcept
      : lent_(std::move(lent)), options_(options), deadline_(deadline) {}

  std::size_t enqueue(const statement_shape& shape, parameter_view encoded,
                      std::shared_ptr<reply> to);
  /// True when no more than a few statements may be enqueued: flush() before.
  bool is_crowded() const noexcept {
    return enqueued_ >= enqueued_statements_max / 2 || enqueued_bytes_ >= enqueued_bytes_max / 2;
  }
  task<result_set> run(const statement_shape& shape, parameters encoded);
  task<> flush();
  /// Runs a text of several statements within the transaction.
  task<> run_script(std::string sql);

  // For cursors, whose statements are made as they go.
  std::string new_cursor_name() { return "weir_cursor_" + std::to_string(++cursors_); }
  void send(std::shared_ptr<text_statement> one, parameter_view encoded);
  /// Where statements can be sent; else the transaction ends what this is to end.
  void send_if_open(std::shared_ptr<text_statement> one);
  /// Lets what was sent go on its way, without waiting.
  void send_on();
  /// Suspends until the answers to all that was sent are there; throws the first error.
  task<> settle_sent();

  // COPY within the transaction (copy_session.cpp); no other statement until it has ended.
  task<> begin_copy(std::string_view sql, std::string_view name);
  task<> send_copy(std::string_view bytes);
  task<std::uint64_t> finish_copy();
  progress take_copy(std::string& bytes);
  /// Suspends until more has come. A cancellation leaves the COPY as it is.
  task<> receive_copy();
  /// Ends the COPY as failed, and the transaction with it.
  task<> abort_copy(std::string reason);
  /// The same, later: with the rollback.
  void abandon_copy() noexcept;

  task<> begin_savepoint();
  task<> release_savepoint();
  task<bool> undo_savepoint();

  task<> commit();
  task<> rollback();

  parameters& scratch() noexcept {
    scratch_.clear();
    return scratch_;
  }

 private:
  enum class state : std::uint8_t { fresh, open, failed, ended };

  /// While it lives nothing can be sent: what is alone on the connection begins where no answer is
  /// owed, and a statement that another task sends would owe one.
  class alone {
   public:
    explicit alone(session& in) noexcept : in_(in) { in_.is_alone_ = true; }
    alone(const alone&) = delete;
    alone& operator=(const alone&) = delete;
    ~alone() { in_.is_alone_ = false; }

   private:
    session& in_;
  };

  /// Throws unless a statement can be sent; sends BEGIN before the first.
  void prepare_to_send();
  void begin();
  /// Sends what ends a flush.
  void send_end();
  /// Throws while a COPY is under way, or what must be alone on the connection is about to be.
  void require_no_copy() const;
  void require_copy() const;
  task<> settle_copy(task<> step);
  /// Throws when it is cancelled; what the server refused is failure() of the connection then.
  task<> await_answers();
  task<> settle();
  void end() noexcept;
  [[noreturn]] void fail(const error& why);
  /// Sends the question for the number of the transaction, unless its number is known.
  void ask_for_number();
  /// Returns when the transaction was committed after all.
  task<> find_outcome(error lost);
  /// Sends one of SAVEPOINT's commands, for the innermost.
  void send_for_savepoint(const char* command);
  void check_command_tag(const result_set& rows);

  lease lent_;
  transaction_options options_;
  time_point deadline_;
  state state_ = state::fresh;
  bool may_have_written_ = false;    ///< Something was sent that is not declared as a read.
  bool has_deadline_limit_ = false;  ///< The server's limit for a statement is the task's deadline.
  std::shared_ptr<reply> number_;    ///< Where the answer to the last question for it comes.
  std::size_t next_index_ = 0;
  std::size_t enqueued_ = 0;
  std::size_t enqueued_bytes_ = 0;
  parameters scratch_;
  std::optional<error> cause_;
  bool is_alone_ = false;
  bool was_cancelled_ = false;  ///< A statement was, with the task that awaited it.
  std::size_t cursors_ = 0;
  std::size_t savepoints_ = 0;  ///< How deep they are nested.
};

/// The way to a transaction's session, for what in this folder does more than users can.
struct session_access {
  static session& of(tx& db) noexcept { return *db.session_; }
};

}  // namespace weir::postgres::detail
