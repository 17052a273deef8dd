// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace weir::servers {

/// Where nats-server is: what WEIR_NATS_SERVER names, or else in PATH, or where Debian puts it,
/// which is not in an ordinary user's PATH. Throws server_error with the remedy.
std::filesystem::path find_nats_server();

/// The directory of PostgreSQL's server programs (postgres, initdb): Debian's newest version, else
/// the directory in PATH that holds `postgres`. Throws server_error with the remedy.
std::filesystem::path find_postgres_programs();

}  // namespace weir::servers
