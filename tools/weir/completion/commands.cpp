// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "bash_completion.hpp"
#include "examples.hpp"
#include "exit_code.hpp"

namespace weir::tools {

void add_completion_command(CLI::App& tree, actions& to) {
  auto shell = std::make_shared<std::string>();
  CLI::App& leaf = *tree.add_subcommand("completion", "Prints a script that completes commands.");
  set_examples(leaf, {"weir completion bash", "weir completion bash > weir.bash"});
  leaf.add_option("SHELL", *shell, "which")->required()->check(CLI::IsMember({"bash"}));
  to.on(leaf, [shell, &tree] {
    std::cout << bash_completion(tree);
    return exit_good;
  });
}

}  // namespace weir::tools
