// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace weir::tools {

/// A script for bash that completes the commands and options of a tree; made from the tree itself,
/// so that it has what the program has.
std::string bash_completion(const CLI::App& tree);

}  // namespace weir::tools
