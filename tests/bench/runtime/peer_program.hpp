// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace weir::bench {

/// Runs a program that measures itself; gives the number of nanoseconds that it prints. Throws
/// where it cannot be run or prints something else.
double run_peer(const std::vector<std::string>& command);

/// The same for an echo server, which prints its port first: asks it echo_load's requests, and then
/// ends its standard input.
double run_echo_peer(const std::vector<std::string>& command);

}  // namespace weir::bench
