// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actions.hpp"

namespace weir::tools {

/// `weir dev`.
void add_dev_command(CLI::App& under, actions& to);

}  // namespace weir::tools
