// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <vector>

namespace weir::servers {

/// The processes whose parent is `parent` now, read from /proc.
std::vector<pid_t> children_of(pid_t parent);

/// Whether no thread of `process` runs: all are stopped by a signal, or gone.
bool stands_still(pid_t process);

}  // namespace weir::servers
