// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/service/service.hpp"

namespace weir::detail {

/// When a service ends by itself.
enum class run_until : unsigned char {
  /// Never: a signal ends it.
  signal,
  /// When every message that its streams hold is settled, and what is stored to be sent is sent; a
  /// signal ends it, too.
  backlog_done
};

class service_host;

/// Whether anything of the service needs PostgreSQL.
bool wants_database(const service& which);

/// Runs a service on the current loop until it has drained; gives its statistics as a line of JSON.
/// Throws what it cannot wait out: a broken migration, a refused stream. With a `host`, which must
/// outlive the task, it is that which makes the connection to NATS and ends it, not a signal; it
/// has no pages, and traces nothing.
task<std::string> run_service(const service& which, const service_settings& settings,
                              run_until until = run_until::signal, service_host* host = nullptr);

}  // namespace weir::detail
