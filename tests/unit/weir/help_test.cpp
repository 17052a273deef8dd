// SPDX-License-Identifier: Apache-2.0
// What holds for every command of the tree.
#include <doctest/doctest.h>

#include <CLI/CLI.hpp>

#include "command_line.hpp"
#include "examples.hpp"

TEST_SUITE_BEGIN("weir.help");

using namespace weir;

namespace {

/// Every command and group, with its words: "weir stream list".
void collect(const CLI::App& at, const std::string& words,
             std::vector<std::pair<std::string, const CLI::App*>>& into) {
  into.emplace_back(words, &at);
  for (const CLI::App* const below : at.get_subcommands({})) {
    if (below->get_name().empty()) continue;  // A group of options.
    collect(*below, words + " " + below->get_name(), into);
  }
}

std::vector<std::pair<std::string, const CLI::App*>> all_of(tools::command_line& line) {
  std::vector<std::pair<std::string, const CLI::App*>> found;
  collect(line.tree(), "weir", found);
  return found;
}

/// The complaint about a command line; empty for one that can be run.
std::string complaint_about(const std::string& line) {
  tools::command_line commands;
  try {
    commands.tree().parse(line, true);
  } catch (const CLI::ParseError& ending) {
    return ending.what();
  }
  return {};
}

}  // namespace

TEST_CASE("every command has two examples, which stand before all else in its help") {
  tools::command_line line;
  for (const auto& [words, command] : all_of(line)) {
    INFO(words);
    const auto examples = tools::examples_of(*command);
    CHECK(examples.size() >= 2);
    for (const std::string& example : examples) CHECK(example.starts_with(words));
    const std::string help = command->help();
    CHECK(help.find("Examples:\n  " + words) < help.find("Usage:"));
  }
}

TEST_CASE("every example can be parsed") {
  tools::command_line line;
  for (const auto& [words, command] : all_of(line)) {
    for (const std::string& example : tools::examples_of(*command)) {
      INFO(example);
      // What follows a redirection is the shell's.
      CHECK(complaint_about(example.substr(0, example.find(" > "))) == "");
    }
  }
}

TEST_SUITE_END();
