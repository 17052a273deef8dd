// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "weir/clock.hpp"

namespace weir {
class task_context;
}

namespace weir::postgres {

/// What became of one statement. Valid during the call; never holds values of parameters.
struct statement_report {
  std::string_view name;  ///< As given to `stmt`; empty where it has none.
  std::string_view sql;
  duration took{};            ///< From its way into the pipeline to its answer.
  std::uint64_t rows = 0;     ///< That it gave or changed.
  std::string_view sqlstate;  ///< Empty when it was executed; "08006" when its answer was lost.
  /// What followed the task that asked for it; null where nothing did, and where the pool asked on
  /// its own: for BEGIN and COMMIT, say.
  const task_context* asker = nullptr;
};

/// What became of one wait for a connection.
struct acquire_report {
  duration waited{};
  bool is_acquired = false;
};

/// What became of one attempt to connect.
struct connect_report {
  duration took{};
  std::string_view error;  ///< Empty when it succeeded.
};

/// What a pool tells of its work, for metrics and traces. Called on the loop, one at a time; must
/// not throw. One that is empty costs nothing.
struct hooks {
  std::function<void(const statement_report&)> on_statement;
  std::function<void(const acquire_report&)> on_acquire;
  std::function<void(const connect_report&)> on_connect;
};

}  // namespace weir::postgres
