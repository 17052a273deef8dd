// SPDX-License-Identifier: Apache-2.0
#include "connector.hpp"

#include "connect.hpp"
#include "engine.hpp"

namespace weir::postgres::detail {

connector libpq_connector(const pool_options& options) {
  return [attempts = connect_attempts(options.conninfo), limit = options.connect_timeout,
          notices = &options.on_notice]() -> std::unique_ptr<engine> {
    return std::make_unique<libpq_engine>(connect(attempts, limit), notices);
  };
}

}  // namespace weir::postgres::detail
