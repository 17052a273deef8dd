// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "weir/clock.hpp"
#include "weir/postgres/transaction.hpp"

namespace weir::postgres {

/// Which database a pool connects to, how many connections it may have, and how long it tries.
///
/// Durations are of std::chrono, in any unit; a field that is not set has the default that stands
/// with it. What the connection string does not say comes from the PG* variables, as libpq defines
/// them.
struct pool_options {
  /// A libpq connection string or URI; empty when the PG* variables say everything. Several hosts
  /// are tried in their order, each time from the first.
  std::string conninfo;
  /// How many connections there are at most, open or being opened; 1 at least.
  std::size_t max_connections = 10;
  /// How long a task waits for a connection, connecting included.
  duration acquire_timeout = std::chrono::seconds(5);
  /// How long one attempt to connect may take, all hosts together: each host gets an even share of
  /// what the hosts before it have left. Resolving names comes on top. The hosts of a service file
  /// are one.
  duration connect_timeout = std::chrono::seconds(5);
  /// The pause after a failed attempt: doubles from the first to the second, with jitter.
  duration connect_backoff_min = std::chrono::milliseconds(50);
  duration connect_backoff_max = std::chrono::seconds(2);
  /// How many statements each connection keeps prepared; of more, the one unused for the longest is
  /// given up. With 0 every statement is parsed at each use: for a pooler in between that lends its
  /// connections by transaction and keeps no account of prepared statements (PgBouncer
  /// before 1.21).
  std::size_t prepared_statements_max = 256;
  /// Gets the server's notices and warnings ("WARNING", "text"), on the loop. Without it they are
  /// dropped.
  std::function<void(std::string_view severity, std::string_view message)> on_notice;
};

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
/// anybody waits. Tasks get one in the order in which they came. A connection comes back only when
/// it is idle and clean; another is closed. Used on one loop; close() before it is destroyed.
class pool : public detail::statements<pool> {
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

  /// Refuses new work, waits for what is under way, closes all connections.
  task<> close();

  pool_stats stats() const;

 private:
  friend class detail::statements<pool>;

  task<detail::result_set> run(const detail::statement_shape& shape, detail::parameters encoded);
  /// Pauses and gives true when the body may run again after its attempt of that number.
  task<bool> may_repeat(std::exception_ptr failure, unsigned attempt, unsigned attempts_max);

  std::unique_ptr<detail::pool_core> core_;
};

template <class Body>
std::invoke_result_t<Body&, tx&> pool::transaction(Body body, transaction_options options) {
  using value_type = typename std::invoke_result_t<Body&, tx&>::value_type;
  using kept_type = std::conditional_t<std::is_void_v<value_type>, std::monostate, value_type>;
  for (unsigned attempt = 1;; ++attempt) {
    postgres::transaction work = co_await begin(options);
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
