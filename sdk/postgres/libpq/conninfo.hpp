// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace weir::postgres::detail {

/// What one attempt to connect is made with: libpq's keywords, each with its value.
using connect_settings = std::vector<std::pair<std::string, std::string>>;

/// The attempts that a connection string asks for: one for each host that it or the environment
/// names, in their order. With `target_session_attrs=prefer-standby` the hosts come twice: first
/// each must be a standby, then any will do.
///
/// One attempt for all where only libpq can tell them apart: hosts of a service file, which it
/// alone reads, and an empty host among others, which is its own default.
///
/// Throws weir::error `invalid_argument` (permanent) for what can never connect. Its text names the
/// fault and quotes nothing: a password in the wrong place looks like a host or a port.
std::vector<connect_settings> connect_attempts(const std::string& conninfo);

}  // namespace weir::postgres::detail
