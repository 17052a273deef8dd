// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/postgres/pool.hpp"
#include "weir/postgres/table.hpp"

namespace weir::detail {

/// "This consumer has handled that message", committed with what the handling has changed.
struct inbox_row {
  std::string consumer;
  std::string message_id;
};
inline constexpr auto inbox_table = postgres::table<inbox_row, "weir_inbox">;

/// An event on its way out: stored with the change that it tells of, deleted when its stream has
/// confirmed it.
struct outbox_row {
  std::int64_t id;  ///< Given by who stores it, unique in the database.
  std::string key;  ///< Events of a key keep their order; empty for none.
  std::string subject;
  std::string message_id;
  std::string headers;  ///< See event_headers.hpp.
  std::string body;
};
inline constexpr auto outbox_table = postgres::table<outbox_row, "weir_outbox">;

/// An event that becomes one of the outbox when it is due.
struct delayed_row {
  std::string message_id;
  std::int64_t id;
  timestamp due;
  std::string key;
  std::string subject;
  std::string headers;
  std::string body;
};
/// A repeated run of a handler finds its events there already.
inline constexpr auto delayed_table =
    postgres::table<delayed_row, "weir_delayed">.on_conflict<"message_id">().do_nothing();

/// The unique index that says that a message was handled already.
inline constexpr std::string_view inbox_key = "weir_inbox_pkey";

/// The check that says that a version is not newer than the one handled last.
inline constexpr std::string_view versions_check = "weir_versions_newer";

/// Makes the tables where they are missing. Programs that start at the same time take turns.
task<> make_effect_tables(postgres::pool& database);

}  // namespace weir::detail
