// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace weir::tools {

/// Puts command lines in front of a command's help: who asks for it wants those first. A test
/// parses each of them, so that none can be wrong.
void set_examples(CLI::App& of, std::vector<std::string> lines);

/// Those that a command was given; none for one without.
std::vector<std::string> examples_of(const CLI::App& command);

}  // namespace weir::tools
