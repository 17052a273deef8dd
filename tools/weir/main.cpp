// SPDX-License-Identifier: Apache-2.0
// weir: looks after services that are made with weir.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "dlq/commands.hpp"
#include "new/commands.hpp"
#include "weir/error.hpp"

namespace {

constexpr int exit_usage = 2;
constexpr int exit_failed = 3;

constexpr const char* footer =
    "Environment:\n"
    "  NATS_URL     servers, commas between them (nats://127.0.0.1:4222)\n"
    "  WEIR_DRIVER  uring or epoll; else what the kernel allows\n"
    "\n"
    "Exits 2 for a wrong command line or environment, 3 when it failed and says why.\n";

}  // namespace

int main(int argc, char** argv) {
  CLI::App command_line("Looks after services that are made with weir.", "weir");
  command_line.require_subcommand(1);
  command_line.footer(footer);
  weir::dlq::commands dead_letters(command_line);
  const weir::scaffold::command scaffold(command_line);
  try {
    command_line.parse(argc, argv);
  } catch (const CLI::ParseError& ending) {
    return command_line.exit(ending) == 0 ? 0 : exit_usage;  // --help is an ending, too.
  }
  try {
    return scaffold.is_chosen() ? scaffold.run() : dead_letters.run();
  } catch (const weir::error& failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return failure.is(weir::errc::invalid_argument) ? exit_usage : exit_failed;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return exit_failed;
  }
}
