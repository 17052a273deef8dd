// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "effect_tables.hpp"
#include "weir/nats/connection.hpp"
#include "weir/service/publications.hpp"

namespace weir::detail {

/// Makes rows of what was published, without ids. Equal origins make equal message ids, so an
/// origin stands for one piece of work.
std::vector<outbox_row> make_rows(const publications& events, std::string_view key,
                                  std::string_view origin);

/// How large the body of an event may be, as far as the server says: what its max_payload leaves
/// when the headers are taken off.
std::size_t body_bytes_max(const nats::connection& over);

/// Stores the rows with the transaction's other changes.
void store_rows(postgres::tx& in, const std::vector<outbox_row>& rows);

}  // namespace weir::detail
