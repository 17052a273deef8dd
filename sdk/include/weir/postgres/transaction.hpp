// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "weir/postgres/detail/statements.hpp"
#include "weir/postgres/error.hpp"

namespace weir::postgres {

/// How many statements a transaction may have sent and not awaited, and their size in bytes.
inline constexpr std::size_t enqueued_statements_max = 16'384;
inline constexpr std::size_t enqueued_bytes_max = std::size_t{64} << 20;

/// What other transactions a transaction sees.
enum class isolation : unsigned char {
  server_default,
  read_committed,
  repeatable_read,
  serializable,
};

/// How a transaction begins; what is not set is as the server has it configured.
struct transaction_options {
  /// What of other transactions it sees; `server_default` sends no level with BEGIN.
  isolation level = isolation::server_default;
};

namespace detail {
class session;
class pool_core;
struct session_access;
}  // namespace detail

/// The statements of one transaction: what a handler gets.
///
/// BEGIN travels with the first statement, COMMIT with the last: a transaction whose statements are
/// all enqueued is one round trip. When a statement fails, the transaction can only be rolled back;
/// later statements throw `not_executed` and are not sent. One task at a time awaits; the tasks of
/// a group commit may enqueue by turns.
class tx : public detail::statements<tx> {
 public:
  tx(tx&&) noexcept;
  tx& operator=(tx&&) noexcept;
  ~tx();

  /// Sends the statement on with the next one that is awaited, or with the commit; what it gives
  /// is dropped, what it throws is thrown there, with `statement_index()` equal to the number that
  /// this returns. Throws `not_executed` when the transaction has failed already, and
  /// `limit_exceeded` past `enqueued_statements_max` or `enqueued_bytes_max`: flush() before.
  template <fixed_string Sql, statement_kind Kind, class... Args>
  std::size_t enqueue(statement<Sql, Kind>, const Args&... args) {
    const auto& shape = detail::check_call<statement<Sql, Kind>, Args...>();
    detail::parameters& encoded = scratch();
    detail::encode_into(encoded, args...);
    return enqueue_encoded(shape, encoded);
  }

  /// Suspends until all that was enqueued has been executed; throws the first error of it.
  task<> flush();

 protected:
  explicit tx(std::unique_ptr<detail::session> session) noexcept;

  std::unique_ptr<detail::session> session_;

 private:
  friend class detail::statements<tx>;
  friend struct detail::session_access;

  task<detail::result_set> run(const detail::statement_shape& shape, detail::parameters encoded);
  std::size_t enqueue_encoded(const detail::statement_shape& shape,
                              const detail::parameters& encoded);
  /// Empty, with the memory of earlier use.
  detail::parameters& scratch();
};

/// A transaction and its exclusive connection; made by pool::begin().
///
/// It ends by commit() or rollback(). One that is destroyed without either is rolled back by
/// closing its connection, which costs a new one. Must not outlive its pool.
class transaction final : public tx {
 public:
  /// Suspends until the server has committed everything, and gives the connection back.
  ///
  /// Throws the error of the first statement that failed; nothing is committed then, and rollback()
  /// must follow. When the connection is lost after COMMIT was sent, the error says
  /// `commit_unknown()`. A cancellation cancels the statements on the server and waits for the
  /// outcome: where the commit was quicker, this returns.
  task<> commit();

  /// Suspends until the transaction is rolled back or its connection closed. Throws nothing, and
  /// is not cancelled, but bounded in time. Does nothing after commit() has returned.
  task<> rollback();

 private:
  friend class detail::pool_core;
  using tx::tx;
};

}  // namespace weir::postgres
