// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "examples.hpp"
#include "exit_code.hpp"
#include "make_project.hpp"

namespace weir::tools {
namespace {

constexpr const char* details =
    "The project has one handler, its events, its table, its tests and its deployment; it builds\n"
    "and passes the tests as it is. Nothing is written where there is something already.\n";

struct choices {
  std::string name;
  std::string directory;
};

int run_new(const choices& chosen) {
  const scaffold::project_name names = scaffold::parse_project_name(chosen.name);
  const std::string directory = chosen.directory.empty() ? chosen.name : chosen.directory;
  for (const std::string& path : scaffold::make_project(names, directory)) {
    std::printf("%s/%s\n", directory.c_str(), path.c_str());
  }
  std::printf(
      "\nNext:\n"
      "  cd %s\n"
      "  meson setup build && meson test -C build\n"
      "  weir dev     # runs it, anew upon each change, on servers of its own\n",
      directory.c_str());
  return exit_good;
}

}  // namespace

void add_new_command(CLI::App& under, actions& to) {
  auto chosen = std::make_shared<choices>();
  CLI::App& leaf = *under.add_subcommand("new", "Makes a new service: a project to change.");
  set_examples(leaf, {"weir new shop", "weir new shop --into services/shop"});
  leaf.footer(details);
  leaf.add_option("NAME", chosen->name, "of the program, its consumer and its subjects")
      ->required();
  leaf.add_option("--into", chosen->directory, "the folder (./NAME)")->type_name("FOLDER");
  to.on(leaf, [chosen] { return run_new(*chosen); });
}

}  // namespace weir::tools
