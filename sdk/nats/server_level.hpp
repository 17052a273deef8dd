// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config_drift.hpp"
#include "weir/task.hpp"

namespace weir::nats::detail {

class connection_core;

/// How new the JetStream that answers is: by its API level, for it may be another server than the
/// one that the connection goes to. `has_timestamp` tells of an answer of INFO with the field "ts",
/// which began with 2.10; without one, 2.10 is not told from 2.9, and this gives 2.9.
task<since> server_level(connection_core& core, bool has_timestamp);

/// Throws `unsupported` where the server does not know what is wanted, before it is asked to drop
/// it. `only`, if not null, are the fields that will be sent to be changed. `knows_timestamp` is
/// false where no answer with or without "ts" was seen: fields of 2.10 then pass, and have to be
/// looked for in the answer.
task<> require_server(connection_core& core, const wanted_config& wanted,
                      const std::vector<config_difference>* only, bool knows_timestamp,
                      bool has_timestamp);

/// Throws `unsupported` unless JetStream is of server 2.11 or later; `operation` is for the text.
task<> require_2_11(connection_core& core, std::string operation);

}  // namespace weir::nats::detail
