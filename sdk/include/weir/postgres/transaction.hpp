// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "weir/postgres/advisory_key.hpp"
#include "weir/postgres/detail/statements.hpp"
#include "weir/postgres/error.hpp"
#include "weir/postgres/transaction_options.hpp"
#include "weir/stream.hpp"

namespace weir::postgres {

class pipeline;

/// How many statements a transaction may have sent and not awaited, and their size in bytes.
inline constexpr std::size_t enqueued_statements_max = 16'384;
inline constexpr std::size_t enqueued_bytes_max = std::size_t{64} << 20;

namespace detail {
class session;
class pool_core;
struct pool_access;
struct session_access;
struct reply;
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
  template <fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  std::size_t enqueue(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = detail::used<statement<Sql, Kind, Name>, void, Args...>();
    detail::parameters& encoded = scratch();
    detail::encode_into(encoded, args...);
    return enqueue_encoded(shape, encoded, nullptr);
  }

  /// Suspends until all that was enqueued has been executed; throws the first error of it.
  task<> flush();

  /// The rows of a query as a stream, in pieces; see pool::stream(). The transaction may run other
  /// statements in between, but no COPY beside a next(), and must outlive it.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  weir::stream<Row> stream(statement<Sql, Kind, Name>, const Args&... args);

  /// Runs `body(tx&)`, a callable that returns a task, so that what it changed is undone when it
  /// throws, and the transaction goes on; gives its value, throws what it throws.
  ///
  /// Flushes before and after, so an error belongs to the side on which it arose. May be nested.
  /// A cancellation, a lost connection and a COPY that `body` leaves open end the whole
  /// transaction. Each costs the server a subtransaction; beyond 64 in one transaction its
  /// neighbours become slow, too.
  template <class Body>
  std::invoke_result_t<Body&, tx&> savepoint(Body body);

  /// Suspends until this transaction alone holds the advisory lock; it keeps it to its end.
  task<> lock(advisory_key key);
  /// The same, beside others that share the lock.
  task<> lock_shared(advisory_key key);
  /// Takes the lock if nobody holds it; false where somebody does.
  task<bool> try_lock(advisory_key key);

 protected:
  explicit tx(std::unique_ptr<detail::session> session) noexcept;

  std::unique_ptr<detail::session> session_;

 private:
  friend class detail::statements<tx>;
  friend class pipeline;
  friend struct detail::session_access;

  task<detail::result_set> run(const detail::statement_shape& shape, detail::parameters encoded);
  std::size_t enqueue_encoded(const detail::statement_shape& shape,
                              const detail::parameters& encoded, std::shared_ptr<detail::reply> to);
  /// Empty, with the memory of earlier use.
  detail::parameters& scratch();

  task<> begin_savepoint();
  task<> release_savepoint();
  /// Undoes what was done since the savepoint; false where the transaction cannot go on.
  task<bool> undo_savepoint();
};

template <class Body>
std::invoke_result_t<Body&, tx&> tx::savepoint(Body body) {
  using value_type = typename std::invoke_result_t<Body&, tx&>::value_type;
  using kept_type = std::conditional_t<std::is_void_v<value_type>, std::monostate, value_type>;
  co_await begin_savepoint();
  std::optional<kept_type> value;
  std::exception_ptr failure;
  try {
    if constexpr (std::is_void_v<value_type>) {
      co_await body(*this);
      value.emplace();
    } else {
      value.emplace(co_await body(*this));
    }
    co_await release_savepoint();
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    co_await undo_savepoint();
    std::rethrow_exception(failure);
  }
  if constexpr (!std::is_void_v<value_type>) co_return std::move(*value);
}

/// A transaction and its exclusive connection; made by pool::begin().
///
/// It ends by commit() or rollback(). One that is destroyed without either is rolled back by its
/// pool, beside other work. Must not outlive its pool.
class transaction final : public tx {
 public:
  /// Suspends until the server has committed everything, and gives the connection back.
  ///
  /// Throws the error of the first statement that failed; nothing is committed then, and rollback()
  /// must follow. A cancellation cancels the statements on the server and waits for the outcome:
  /// where the commit was quicker, this returns.
  ///
  /// When the connection is lost after COMMIT was sent, the server is asked over another one what
  /// became of the transaction, for `outcome_limit` at most; where it was committed, this returns.
  /// Where nobody can know (the number of the transaction was lost with the connection, or it had
  /// none and may have notified; another server has taken over, or the role may not tell; the
  /// server has crashed and says "committed" of a number that it may have given to another
  /// transaction since), the error says `commit_unknown()`.
  task<> commit();

  /// Suspends until the transaction is rolled back or its connection closed. Throws nothing, and
  /// is not cancelled, but bounded in time. Does nothing after commit() has returned.
  task<> rollback();

 private:
  friend class detail::pool_core;
  using tx::tx;
};

/// How long the outcome of a commit is asked for.
inline constexpr std::chrono::seconds outcome_limit{30};

}  // namespace weir::postgres
