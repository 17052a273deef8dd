// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "weir/tcp.hpp"

namespace weir::detail {

/// A connection to the first of `addresses` that answers; see tcp_stream::connect().
task<tcp_stream> connect_to_first(std::vector<socket_address> addresses, tcp_options options);

}  // namespace weir::detail
