// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/config/service_settings.hpp"
#include "weir/nats/connection.hpp"
#include "weir/observe/tracer_settings.hpp"
#include "weir/postgres/pool_options.hpp"

namespace weir::detail {

/// What the settings say of the connection to NATS. A secret from a file is read at each attempt.
nats::connection_options to_nats(const nats_settings& settings, const std::string& name);

/// The same of the database.
postgres::pool_options to_database(const postgres_settings& settings);

/// Where the spans of a program go. Throws `invalid_argument` for what cannot be.
tracer_settings to_tracer(const trace_settings& settings, std::string program);

/// Lets the log of the process look as they say.
void set_up_log(const log_settings& settings);

/// Throws `invalid_argument` for addresses to which nothing can ever connect, all of them in one
/// text, each with where it comes from; for traces that cannot be sent as they say, too.
void check_addresses(const service_settings& settings, bool wants_database);

}  // namespace weir::detail
