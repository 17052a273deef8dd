// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection.hpp"
#include "weir/clock.hpp"

namespace weir::postgres::detail {

/// Opens a connection; blocks, so it belongs on a helper thread. Throws weir::error `unavailable`.
raw_connection connect(const std::string& conninfo, duration limit);

}  // namespace weir::postgres::detail
