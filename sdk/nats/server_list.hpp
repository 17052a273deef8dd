// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "transport.hpp"

namespace weir::nats::detail {

/// Reads "nats://user:password@host:port,host2": scheme, user and port may be left out; a user may
/// be percent-encoded. Throws a permanent `invalid_argument`, whose text shows no password.
std::vector<server_address> parse_servers(std::string_view urls);

}  // namespace weir::nats::detail
