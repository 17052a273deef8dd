// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "weir/file_descriptor.hpp"

namespace weir::bench {

/// A listening socket on a free port of 127.0.0.1, for peers written by hand.
file_descriptor listen_on_free_port(std::uint16_t& port);

}  // namespace weir::bench
