// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/service/service.hpp"

namespace weir::detail {

/// When a service ends by itself.
enum class run_until : unsigned char {
  signal,       ///< Never: a signal ends it.
  backlog_done  ///< When every message that its streams hold is settled; a signal ends it, too.
};

/// Runs a service on the current loop until it has drained; gives its statistics as a line of JSON.
/// Throws what it cannot wait out: a broken migration, a refused stream.
task<std::string> run_service(const service& which, const environment& settings,
                              run_until until = run_until::signal);

}  // namespace weir::detail
