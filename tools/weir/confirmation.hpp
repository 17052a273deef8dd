// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace weir::tools {

/// Asks the operator before something is deleted; true where the answer is yes. Blocks.
using confirmation = std::function<bool(const std::string& question)>;

/// Asks on the terminal. Throws a permanent `invalid_argument` where standard input is none; `look`
/// says there what to do before --yes: "look with --dry-run".
confirmation ask_terminal(const std::string& look);

}  // namespace weir::tools
