// SPDX-License-Identifier: Apache-2.0
#include "actions.hpp"

#include <CLI/CLI.hpp>

#include "weir/assert.hpp"

namespace weir::tools {

void actions::on(const CLI::App& command, std::function<int()> run) {
  runs_.emplace(&command, std::move(run));
}

int actions::run(const CLI::App& tree) const {
  const std::function<int()>* found = nullptr;
  const CLI::App* at = &tree;
  while (at != nullptr) {
    if (const auto here = runs_.find(at); here != runs_.end()) found = &here->second;
    const auto below = at->get_subcommands();
    at = below.empty() ? nullptr : below.front();
  }
  WEIR_ASSERT(found != nullptr);  // A tree whose commands require a subcommand ends at a leaf.
  return (*found)();
}

}  // namespace weir::tools
