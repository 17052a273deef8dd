// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actions.hpp"

namespace weir::tools {

/// `weir stream` and `weir consumer`.
void add_stream_commands(CLI::App& under, actions& to);

}  // namespace weir::tools
