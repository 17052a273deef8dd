// SPDX-License-Identifier: Apache-2.0
#include "connector.hpp"

#include "connect.hpp"
#include "engine.hpp"

namespace weir::postgres::detail {

connector libpq_connector(const pool_options& options) {
  return [attempts = connect_attempts(options.conninfo), limit = options.connect_timeout,
          password = options.password,
          notices = &options.on_notice]() mutable -> std::unique_ptr<engine> {
    if (!password) return std::make_unique<libpq_engine>(connect(attempts, limit), notices);
    std::vector<connect_settings> with_password = attempts;
    const std::string given = password();
    // Of two values for one keyword libpq takes the later.
    for (connect_settings& one : with_password) one.emplace_back("password", given);
    return std::make_unique<libpq_engine>(connect(with_password, limit), notices);
  };
}

}  // namespace weir::postgres::detail
