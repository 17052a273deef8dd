// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/error.hpp"

#include <array>
#include <span>

#include "result_error.hpp"

namespace weir::postgres {
namespace {

constexpr int sqlstate_length = 5;
constexpr int sqlstate_base = 36;
constexpr std::string_view sqlstate_digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// How much of a statement an error text shows.
constexpr std::size_t shown_statement_max = 120;
/// The class of SQLSTATEs of values that do not fit.
constexpr std::string_view data_exceptions = "22";

class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "postgresql"; }
  std::string message(int value) const override {
    std::string state(sqlstate_length, '0');
    for (int at = sqlstate_length - 1; at >= 0; --at) {
      state[static_cast<std::size_t>(at)] =
          sqlstate_digits[static_cast<std::size_t>(value % sqlstate_base)];
      value /= sqlstate_base;
    }
    return state;
  }
};

/// What passes by itself: the same statement may succeed later. docs/errors.md is made of the
/// comments.
constexpr std::array<std::string_view, 11> passing_states{
    /// The connection was lost, or cannot be made.
    /// Remedy: look at the server, the network, and postgres.url.
    "08",
    /// The transaction was rolled back: a deadlock, a serialization failure.
    /// Remedy: none where it is rare; else change rows in one order, or use ordered_by().
    "40",
    /// The server has too little: memory, disk, connections.
    /// Remedy: give it more; lower postgres.connections or the number of replicas.
    "53",
    /// A lock was not to be had within lock_timeout.
    /// Remedy: find who holds it (pg_locks, pg_stat_activity).
    "55P03",
    /// Somebody intervened: the server shuts down or starts, or a statement was cancelled, which
    /// its
    /// deadline does, too (57014).
    /// Remedy: none during a restart; else find what is slow, or give it more time.
    "57",
    /// The session may only read: the server is a standby, as after a failover.
    /// Remedy: name all servers in the URL, and target_session_attrs=read-write.
    "25006",
    /// The server's operating system has failed: a file, a disk.
    /// Remedy: look at its log and its disks.
    "58",
    /// The server's own fault, or broken data.
    /// Remedy: look at its log; report it to PostgreSQL.
    "XX",
    /// A prepared statement is gone, as behind a pooler that lends connections by transaction.
    /// Remedy: let prepared_statements_max be 0 in the pool's options.
    "26000",
    /// The session stood still within a transaction for longer than the server allows.
    /// Remedy: await nothing slow in a transaction, or raise idle_in_transaction_session_timeout.
    "25P03",
    /// The transaction took longer than the server allows.
    /// Remedy: make it smaller, or raise transaction_timeout.
    "25P04",
};

bool starts_with_any(std::string_view state, std::span<const std::string_view> classes) {
  for (const std::string_view one : classes) {
    if (state.starts_with(one)) return true;
  }
  return false;
}

disposition disposition_of(const error_fields& fields) {
  if (fields.routine == detail::stale_plan_routine) return disposition::retry;
  return starts_with_any(fields.sqlstate, passing_states) ? disposition::retry
                                                          : disposition::permanent;
}

/// The server's words, without the values that it quotes where it refuses data: errors are logged.
/// All of them stand in error_fields.
std::string words_of(const error_fields& fields) {
  const std::string& words = fields.message;
  if (!fields.sqlstate.starts_with(data_exceptions)) return words;
  const std::size_t first = words.find('"');
  // From the first to the last: a value may have quotes of its own.
  const std::size_t last = words.rfind('"');
  if (first == last) return words;
  return words.substr(0, first) + "\"***" + words.substr(last);
}

std::string text_of(const error_fields& fields, std::string_view statement, effect happened) {
  std::string text = "PostgreSQL: " + words_of(fields) + " (SQLSTATE " + fields.sqlstate + ')';
  if (!statement.empty()) {
    text += ", in: ";
    text += statement.substr(0, shown_statement_max);
    if (statement.size() > shown_statement_max) text += "...";
  }
  if (!fields.hint.empty()) text += "; hint: " + fields.hint;
  if (happened == effect::unknown) {
    text += "; it is not known whether the commit took effect: repeat only what is idempotent";
  }
  return text;
}

std::string without_line_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::string line(text);
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return line;
}

}  // namespace

const std::error_category& sqlstate_category() noexcept {
  static const category instance;
  return instance;
}

std::error_code sqlstate_code(std::string_view state) noexcept {
  int value = 0;
  for (const char c : state.substr(0, sqlstate_length)) {
    const std::size_t digit = sqlstate_digits.find(c);
    value = value * sqlstate_base + static_cast<int>(digit == sqlstate_digits.npos ? 0 : digit);
  }
  return {value, sqlstate_category()};
}

error::error(error_fields fields, std::string_view statement, std::optional<std::size_t> index,
             postgres::effect what_happened)
    : weir::error(sqlstate_code(fields.sqlstate),
                  what_happened == effect::none ? disposition_of(fields) : weir::disposition::retry,
                  text_of(fields, statement, what_happened)),
      fields_(std::make_shared<const error_fields>(std::move(fields))),
      index_(index),
      effect_(what_happened) {}

error::error(error_fields fields, std::string_view statement, std::string_view name,
             std::optional<std::size_t> index)
    : error(std::move(fields), statement, index) {
  name_ = name;
}

bool error::retry_transaction() const noexcept {
  static constexpr std::array<std::string_view, 5> states{"08", "25P03", "40001", "40P01", "57P0"};
  return effect_ == effect::none && (retry_statement() || starts_with_any(sqlstate(), states));
}

bool error::retry_statement() const noexcept {
  return effect_ == effect::none &&
         (fields_->routine == detail::stale_plan_routine || sqlstate() == "26000");
}

namespace detail {

error connection_lost(std::string_view why, effect what_happened) {
  error_fields fields;
  fields.sqlstate = "08006";
  fields.severity = "FATAL";
  fields.message = "the connection was lost: " + without_line_end(why);
  return error(std::move(fields), {}, std::nullopt, what_happened);
}

error not_executed(const error& earlier) {
  return not_executed("the transaction had failed: " + earlier.message());
}

error not_executed(std::string why) {
  error_fields fields;
  fields.sqlstate = "25P02";
  fields.severity = "ERROR";
  fields.message = "not executed, because " + why;
  return error(std::move(fields), {}, std::nullopt, effect::not_executed);
}

}  // namespace detail
}  // namespace weir::postgres
