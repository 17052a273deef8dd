// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actions.hpp"

namespace weir::tools {

/// `weir completion`, for all commands of the tree when it is run. The tree outlives `to`.
void add_completion_command(CLI::App& tree, actions& to);

}  // namespace weir::tools
