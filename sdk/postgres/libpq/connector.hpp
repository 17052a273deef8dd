// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../pool_core.hpp"

namespace weir::postgres::detail {

/// What opens connections by libpq, as `options` say; they must outlive it. Throws for a connection
/// string that can never connect.
connector libpq_connector(const pool_options& options);

}  // namespace weir::postgres::detail
