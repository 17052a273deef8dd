// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/service/service.hpp"

namespace weir::detail {

/// Runs a service on the current loop until a signal has drained it; gives its statistics as a line
/// of JSON. Throws what it cannot wait out: a broken migration, a refused stream.
task<std::string> run_service(const service& which, const environment& settings);

}  // namespace weir::detail
