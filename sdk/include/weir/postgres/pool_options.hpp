// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "weir/clock.hpp"
#include "weir/postgres/hooks.hpp"

namespace weir::postgres {

/// Which database a pool connects to, how many connections it may have, and how long it tries.
///
/// Durations are of std::chrono, in any unit; a field that is not set has the default that stands
/// with it. What the connection string does not say comes from the PG* variables, as libpq defines
/// them.
struct pool_options {
  /// A libpq connection string or URI; empty when the PG* variables say everything. Several hosts
  /// are tried in their order, each time from the first: with `target_session_attrs=read-write` the
  /// first that writes is taken, and after a failover another one.
  std::string conninfo;
  /// Gives the password for each attempt to connect, in place of the one in the connection string:
  /// from a file that is renewed, or from a service that hands out short-lived ones. Called on a
  /// helper thread, where it may block; what it throws is an error of connecting.
  std::function<std::string()> password;
  /// How many connections there are at most, open or being opened; 1 at least.
  std::size_t max_connections = 10;
  /// How many connections are kept open, once a first was needed; they are opened ahead of need.
  std::size_t min_connections = 0;
  /// A connection beyond `min_connections` that nobody needed for so long is closed.
  duration idle_limit = std::chrono::minutes(10);
  /// A connection older than this is closed when it comes back, and a new one opened where one is
  /// needed: changed settings, names and roles get through. Each has up to a fifth less, so that
  /// not all end together.
  duration lifetime = std::chrono::minutes(30);
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
  /// What is told of its work.
  postgres::hooks hooks = {};
};

}  // namespace weir::postgres
