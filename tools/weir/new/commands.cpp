// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "make_project.hpp"

namespace weir::scaffold {
namespace {

constexpr const char* details =
    "Examples:\n"
    "  weir new shop                     into ./shop\n"
    "  weir new shop --into ~/src/shop\n"
    "\n"
    "The project has one handler, its events, its table and its tests, and builds and passes them "
    "as\n"
    "it is. Nothing is written where there is something already.\n";

}  // namespace

command::command(CLI::App& under)
    : command_(under.add_subcommand("new", "makes a new service: a project to build and change")) {
  command_->footer(details);
  command_->add_option("name", name_, "of the program, its consumer and its subjects")
      ->required()
      ->type_name("NAME");
  command_->add_option("--into", directory_, "the folder (./NAME)")->type_name("FOLDER");
}

bool command::is_chosen() const { return command_->parsed(); }

int command::run() const {
  const project_name names = parse_project_name(name_);
  const std::string directory = directory_.empty() ? name_ : directory_;
  for (const std::string& path : make_project(names, directory)) {
    std::printf("%s/%s\n", directory.c_str(), path.c_str());
  }
  std::printf(
      "\nNext:\n"
      "  cd %s\n"
      "  meson setup build && meson test -C build\n"
      "  build/%s --describe\n",
      directory.c_str(), name_.c_str());
  return 0;
}

}  // namespace weir::scaffold
