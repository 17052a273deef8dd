// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "weir/error.hpp"

namespace weir::postgres {

/// The category of codes that are SQLSTATEs; `message()` of a code is the five characters.
const std::error_category& sqlstate_category() noexcept;

/// The code of a SQLSTATE such as "23505": compares with `error::code()`, also after the error was
/// copied as a plain weir::error.
std::error_code sqlstate_code(std::string_view state) noexcept;

/// What the server said about an error, each part as it came; empty where it said nothing.
struct error_fields {
  std::string sqlstate;
  std::string severity;
  std::string message;  ///< Of class 22 it may hold values: what() has it with them as ***.
  std::string detail;   ///< May hold values of rows: not part of `what()`.
  std::string hint;
  std::string constraint;
  std::string schema;
  std::string table;
  std::string column;
  std::string routine;
  std::string context = {};  ///< Where the server was, as "COPY stock, line 3". May hold values.
  std::size_t position = 0;  ///< Character in the statement, from 1; 0 when not known.
};

/// What an error says about the effect of the work that it ended.
enum class effect : unsigned char {
  none,          ///< The statement was refused; its transaction is or will be rolled back.
  not_executed,  ///< The statement never ran, because one before it failed.
  unknown,       ///< The answer was lost after the commit was sent: it may have taken effect.
};

/// An error of the server, or of the way to it.
///
/// Disposition: lost connections, restarts, lack of resources, deadlocks and serialization failures
/// are `retry`; what the data or the statement are to blame for (classes 22, 23, 42) is
/// `permanent`.
class error : public weir::error {
 public:
  /// An answer of the server; `statement` is the SQL text, or empty.
  error(error_fields fields, std::string_view statement, std::optional<std::size_t> index,
        postgres::effect what_happened = effect::none);
  /// The same, of a statement with a name, which must be a constant.
  error(error_fields fields, std::string_view statement, std::string_view name,
        std::optional<std::size_t> index);

  /// The five characters, such as "23505"; "08006" for a connection that was lost.
  const std::string& sqlstate() const noexcept { return fields_->sqlstate; }
  const std::string& detail() const noexcept { return fields_->detail; }
  const std::string& hint() const noexcept { return fields_->hint; }
  const std::string& constraint() const noexcept { return fields_->constraint; }
  const std::string& table() const noexcept { return fields_->table; }
  const std::string& column() const noexcept { return fields_->column; }
  const error_fields& fields() const noexcept { return *fields_; }
  /// The name of the statement, as given to `stmt`; empty where it has none, and for errors of the
  /// connection. Never holds values of parameters.
  std::string_view statement_name() const noexcept { return name_; }

  /// Which statement of its transaction it was, counted from 0 in the order of enqueue and await;
  /// nothing for BEGIN, COMMIT, and errors of the connection.
  std::optional<std::size_t> statement_index() const noexcept { return index_; }

  /// True when the whole transaction, begun again, may succeed: it was not committed, because of a
  /// serialization failure, a deadlock, a plan that became invalid, a connection that was lost
  /// before the commit, or a server that shuts down.
  bool retry_transaction() const noexcept;
  /// True when the statement was not executed because its plan had become invalid (a table was
  /// altered) or the server had forgotten it: sent again, it is planned anew.
  bool retry_statement() const noexcept;
  bool not_executed() const noexcept { return effect_ == effect::not_executed; }
  /// True when the commit may or may not have taken effect. Repeat only what is idempotent.
  bool commit_unknown() const noexcept { return effect_ == effect::unknown; }

 private:
  std::shared_ptr<const error_fields> fields_;
  std::string_view name_ = {};  // Of a constant.
  std::optional<std::size_t> index_;
  postgres::effect effect_;
};

}  // namespace weir::postgres
