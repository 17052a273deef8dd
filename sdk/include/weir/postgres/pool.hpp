// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <memory>
#include <string>

#include "weir/detail/current_stop.hpp"
#include "weir/postgres/detail/cursor.hpp"
#include "weir/postgres/pool_options.hpp"
#include "weir/postgres/transaction.hpp"

namespace weir::postgres {

namespace detail {
class group_core;
class group_plan;
struct pool_access;
}  // namespace detail

/// What a pool has at a moment.
struct pool_stats {
  std::size_t connections = 0;     ///< Open or being opened.
  std::size_t idle = 0;            ///< Open and not in use.
  std::size_t waiting = 0;         ///< Tasks that wait for a connection.
  std::string last_connect_error;  ///< Empty since an attempt to connect succeeded.
};

/// The connections of one loop to one database.
///
/// Connections are opened when they are needed, on helper threads, and retried with back-off while
/// anybody waits. Tasks get one in the order in which they came. Statements declared as reads need
/// none of their own: they share one, however many there are at a time (see statement_kind::read).
/// A connection comes back only when it is idle and clean, is made so, or is closed. Those that the
/// server has closed, that are too old, or that belong to a server which has ceased to be the
/// primary, are found while they are idle. Used on one loop; close() before it is destroyed.
class pool final : public detail::statements<pool> {
 public:
  /// Connects to nothing yet. Throws `invalid_argument` (permanent) for a connection string that
  /// can never connect: one that libpq cannot parse, or with a port that is none. The text quotes
  /// nothing of it, for it may hold a password.
  explicit pool(pool_options options);
  ~pool();
  pool(const pool&) = delete;
  pool& operator=(const pool&) = delete;

  /// Suspends until a connection is free. Throws `unavailable` with the last error of connecting
  /// when the acquire time-out passes. Nothing is sent before the first statement.
  task<postgres::transaction> begin(transaction_options options = {});

  /// Runs `body(tx&)`, a callable that returns a task, in a transaction; commits when it returns
  /// and rolls back when it throws; gives its value.
  ///
  /// After a serialization failure or a deadlock, and when the connection was lost before the
  /// commit, the body is run again, up to `options.attempts_max` times: what it does outside of the
  /// database happens again, too.
  template <class Body>
  std::invoke_result_t<Body&, tx&> transaction(Body body, transaction_options options = {});

  /// The rows of a query as a stream: as many as there are, in the memory of a few thousand.
  ///
  /// Nothing is sent before the first next(). The rows come from a read-only transaction of the
  /// stream's own, which keeps a connection to the end of the stream or of the rows, and see the
  /// database as it was at the first one. The server makes no more than the stream is asked for.
  /// Throws what the server refuses from next(), also after rows have come.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  weir::stream<Row> stream(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = detail::used<statement<Sql, Kind, Name>, Row, Args...>();
    return stream_alone<Row>(*this, shape, detail::encode(args...));
  }

  /// Refuses new work, waits for what is under way, closes all connections.
  task<> close();

  pool_stats stats() const;

 private:
  friend class detail::statements<pool>;
  friend struct detail::pool_access;

  task<detail::result_set> run(const detail::statement_shape& shape, detail::parameters encoded);
  /// The same as begin(), for one who runs all of the transaction within the deadline of `around`.
  task<postgres::transaction> begin_within(transaction_options options,
                                           const weir::detail::stop_context* around);
  /// Pauses and gives true when the body may run again after its attempt of that number.
  task<bool> may_repeat(std::exception_ptr failure, unsigned attempt, unsigned attempts_max);

  template <class Row>
  static weir::stream<Row> stream_alone(pool& on, const detail::statement_shape& query,
                                        detail::parameters encoded);

  std::unique_ptr<detail::pool_core> core_;
};

template <class Row>
weir::stream<Row> pool::stream_alone(pool& on, const detail::statement_shape& query,
                                     detail::parameters encoded) {
  transaction_options options;
  options.read_only = true;
  postgres::transaction in = co_await on.begin(options);
  {
    weir::stream<Row> rows = detail::stream_rows<Row>(in, query, std::move(encoded));
    while (auto row = co_await rows.next()) co_yield std::move(*row);
  }
  co_await in.commit();
}

template <class Body>
std::invoke_result_t<Body&, tx&> pool::transaction(Body body, transaction_options options) {
  using value_type = typename std::invoke_result_t<Body&, tx&>::value_type;
  using kept_type = std::conditional_t<std::is_void_v<value_type>, std::monostate, value_type>;
  const weir::detail::stop_context* around = co_await weir::detail::current_stop{};
  for (unsigned attempt = 1;; ++attempt) {
    postgres::transaction work = co_await begin_within(options, around);
    std::optional<kept_type> value;
    std::exception_ptr failure;
    try {
      if constexpr (std::is_void_v<value_type>) {
        co_await body(work);
        value.emplace();
      } else {
        value.emplace(co_await body(work));
      }
      co_await work.commit();
    } catch (...) {
      failure = std::current_exception();
    }
    if (!failure) {
      if constexpr (std::is_void_v<value_type>) {
        co_return;
      } else {
        co_return std::move(*value);
      }
    }
    co_await work.rollback();
    const bool again = co_await may_repeat(failure, attempt, options.attempts_max);
    if (!again) std::rethrow_exception(failure);
  }
}

}  // namespace weir::postgres
