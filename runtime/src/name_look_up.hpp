// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "weir/socket_address.hpp"

namespace weir::detail {

/// The addresses of a host, with port 0, as the system's resolver finds them; it blocks.
std::vector<socket_address> look_up_name(const std::string& host);

}  // namespace weir::detail
