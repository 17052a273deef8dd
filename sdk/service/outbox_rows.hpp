// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "effect_tables.hpp"
#include "weir/nats/connection.hpp"
#include "weir/postgres/group_commit.hpp"
#include "weir/service/publications.hpp"

namespace weir::detail {

/// The piece of work that events come from.
struct event_origin {
  std::string id;            ///< Equal ones make equal message ids.
  std::string key = {};      ///< See outbox_row.
  std::string headers = {};  ///< Of each of its events, see event_headers.hpp.
};

/// The events of one piece of work.
struct event_rows {
  std::vector<outbox_row> now;     ///< To be sent after the commit.
  std::vector<delayed_row> later;  ///< By outbox_relay alone.
};

/// Makes rows of what was published, without ids; takes it out of `events`.
event_rows make_rows(publications& events, event_origin from);

/// How large the body of an event may be, as far as the server says: what its max_payload leaves
/// when the headers are taken off.
std::size_t body_bytes_max(const nats::connection& over);

// Store the rows with the other changes of a commit.
void store_rows(postgres::tx& in, const std::vector<outbox_row>& rows);
void store_rows(postgres::tx& in, const std::vector<delayed_row>& rows);
/// They stay where they are until the commit has ended: in a vector that may be moved, not changed.
void store_rows(postgres::unit& in, const std::vector<outbox_row>& rows);
void store_rows(postgres::unit& in, const std::vector<delayed_row>& rows);

}  // namespace weir::detail
