// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/error.hpp"
#include "workload.hpp"

namespace weir::bench {

/// A row of the table that is read.
struct item {
  std::int64_t id;
  std::string body;
};

inline void require_right(std::int64_t asked, const item& found) {
  if (found.id == asked && found.body.size() == body_bytes) return;
  throw error(errc::invalid_input, disposition::permanent, "another row than was asked for");
}

/// Makes the table with all keys; without autovacuum, which would fall upon one side and not upon
/// another.
inline std::string make_items_sql() {
  return "drop table if exists items; "
         "create table items(id bigint primary key, body text not null) "
         "with (autovacuum_enabled = false); "
         "insert into items select id, '" +
         make_body() + "' from generate_series(1, " + std::to_string(keys) + ") as id";
}

/// How many rows were read by their key. The server counts a connection's when that has ended.
inline constexpr const char* count_reads_sql =
    "select idx_scan from pg_stat_user_tables where relname = 'items'";

}  // namespace weir::bench
