// SPDX-License-Identifier: Apache-2.0
// weir: looks after services that are made with weir.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "command_line.hpp"
#include "exit_code.hpp"
#include "weir/error.hpp"

int main(int argc, char** argv) {
  weir::tools::command_line commands;
  try {
    commands.tree().parse(argc, argv);
  } catch (const CLI::ParseError& ending) {
    // --help is an ending, too.
    return commands.tree().exit(ending) == 0 ? weir::tools::exit_good : weir::tools::exit_usage;
  }
  try {
    return commands.run();
  } catch (const weir::error& failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    const bool is_usage = failure.is(weir::errc::invalid_argument);
    return is_usage ? weir::tools::exit_usage : weir::tools::exit_failed;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return weir::tools::exit_failed;
  }
}
