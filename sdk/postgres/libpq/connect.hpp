// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conninfo.hpp"
#include "raw_connection.hpp"
#include "weir/clock.hpp"

namespace weir::postgres::detail {

/// Opens a connection by the first of the attempts that succeeds; blocks, so it belongs on a helper
/// thread. Each attempt may take its even share of the time that is left, so that a host that never
/// answers leaves time for the next. Throws weir::error `unavailable` with the error of each.
raw_connection connect(const std::vector<connect_settings>& attempts, duration limit);

}  // namespace weir::postgres::detail
