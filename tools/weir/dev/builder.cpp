// SPDX-License-Identifier: Apache-2.0
#include "builder.hpp"

#include <fmt/format.h>

#include "amounts.hpp"
#include "weir/loop.hpp"

namespace weir::dev {
namespace {

constexpr auto stop_limit = std::chrono::seconds(5);

/// "[7/12] Compiling ...", and Ninja's words on where it works and that there is nothing to do.
bool is_progress(std::string_view line) {
  if (line.size() > 1 && line[0] == '[' && line[1] >= '0' && line[1] <= '9') return true;
  return line.starts_with("ninja: Entering directory") || line == "ninja: no work to do.";
}

}  // namespace

builder::builder(const project& of, console& out)
    : project_(of), out_(out), tool_("build", [&out](std::string_view line) {
        if (!is_progress(line)) out.line("build", line);
      }) {}

task<bool> builder::run(std::vector<std::string> command) {
  tool_.start(command, project_.root);
  const std::string ended = co_await tool_.wait_ended();
  if (ended == "exit code 0") co_return true;
  out_.line("build", command.front() + " ended with " + ended);
  co_return false;
}

task<std::optional<std::filesystem::path>> builder::build(std::string wanted) {
  const time_point begun = loop::current().now();
  const std::string directory = project_.build.string();
  if (!is_set_up(project_)) {
    out_.say("sets up " + directory);
    const bool is_made = co_await run({"meson", "setup", directory});
    if (!is_made) co_return std::nullopt;
  }
  // What a changed meson.build says, before it is asked for the program.
  const bool is_current = co_await run({"ninja", "-C", directory, "build.ninja"});
  if (!is_current) co_return std::nullopt;
  auto program = choose_program(targets_of(project_), project_, wanted);
  const std::string target = std::filesystem::relative(program, project_.build).string();
  out_.say("builds " + program.filename().string());
  const bool is_built = co_await run({"ninja", "-C", directory, target});
  if (!is_built) co_return std::nullopt;
  out_.say(fmt::format("built {} in {}", program.filename().string(),
                       tools::text_of_span(loop::current().now() - begun)));
  co_return program;
}

task<> builder::stop() {
  static_cast<void>(co_await tool_.stop(stop_limit));
  co_await tool_.close();
}

}  // namespace weir::dev
