// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tried_message.hpp"
#include "weir/postgres/detail/changed_rows.hpp"
#include "weir/service/service.hpp"

namespace weir::detail {

/// What a handler would do with a message.
struct trial {
  std::string consumer;
  std::optional<error> failure;  ///< Nothing: it would succeed, and the rest is what it would make.
  /// Its version is not newer than the one handled last, so that it would not be handled at all.
  bool is_outdated = false;
  std::vector<postgres::detail::changed_table> tables;
  std::vector<publications::entry> events;
};

/// The connections of a trial.
struct trial_pools {
  postgres::pool& work;   ///< Of no use to others meanwhile, and new: see changed_rows().
  postgres::pool& reads;  ///< Those of a unit; not one of them can write.
};

/// Runs the handler once on the message, in a transaction that is rolled back, and publishes
/// nothing. The inbox is neither asked nor written; versions are asked for. Nothing expires: what
/// is replayed is a new message.
///
/// `database` is null for a handler without one. Throws where the handler is not to blame, and
/// cannot be tried.
task<trial> try_handler(const service::registration& with, const tried_message& what,
                        const trial_pools* database, nats::connection& over);

}  // namespace weir::detail
