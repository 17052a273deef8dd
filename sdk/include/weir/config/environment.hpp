// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace weir {

/// Where a service finds its servers, read from the environment.
struct environment {
  std::string nats_url;      ///< NATS_URL, else "nats://127.0.0.1:4222"; several with commas.
  std::string database_url;  ///< DATABASE_URL, as libpq reads it; empty when PG* variables rule.
  std::size_t database_connections;  ///< WEIR_DATABASE_CONNECTIONS, 1 to 200, else 10.
};

/// Reads and checks the environment. Throws a permanent weir::error that names the variable, what
/// is wrong with it and what would be right; a password in it is masked.
environment read_environment();

/// `url` with everything between "//user:" and "@" replaced by ***, for logs and errors.
std::string masked_url(std::string url);

}  // namespace weir
