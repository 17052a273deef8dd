// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "trial.hpp"

namespace weir::bench {

/// Starts servers for all sides, on the two cores that they share with them, and runs `body` on a
/// loop of its own with connections to them. Throws what that throws.
void run_on_servers(const std::function<task<>(bench_place)>& body);

}  // namespace weir::bench
