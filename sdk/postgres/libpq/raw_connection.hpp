// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

struct pg_conn;

namespace weir::postgres::detail {

/// Closes on the thread that destroys it, which may block: see close_connection() of the pool.
struct raw_connection_closer {
  void operator()(pg_conn* connection) const noexcept;
};
using raw_connection = std::unique_ptr<pg_conn, raw_connection_closer>;

}  // namespace weir::postgres::detail
