// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actions.hpp"

namespace weir::tools {

/// `weir top`.
void add_top_command(CLI::App& under, actions& to);

}  // namespace weir::tools
