// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "finding.hpp"
#include "weir/clock.hpp"
#include "weir/task.hpp"

namespace weir::doctor {

/// What a PostgreSQL says about itself.
struct postgres_facts {
  /// Of pg_settings, by their names, in the units of the server: "fsync" is "on".
  std::map<std::string, std::string> settings = {};
  std::int64_t connections = 0;  ///< that are open now, of all clients
  bool is_standby = false;
  bool is_encrypted = false;  ///< our connection
  bool is_local = false;      ///< over a socket or the loopback interface
  bool is_superuser = false;  ///< our role
  duration clock_ahead{};     ///< of ours
  std::int64_t pool = 10;     ///< connections that one service has

  std::optional<std::int64_t> number(const std::string& name) const;
  bool is_off(const std::string& name) const;
};

/// Asks the server; `conninfo` as DATABASE_URL has it, empty for the PG* variables. Throws
/// `unavailable` where it does not answer.
task<postgres_facts> look_at_postgres(std::string conninfo, std::size_t pool_size);

findings judge(const postgres_facts& seen);

}  // namespace weir::doctor
