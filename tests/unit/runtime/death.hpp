// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace weir::test {

/// Runs `act` in a forked child, which must die of SIGABRT; gives what it wrote to standard error.
/// Call it where no loop of this process is open: a ring must not cross a fork.
std::string death_of(const std::function<void()>& act);

}  // namespace weir::test
