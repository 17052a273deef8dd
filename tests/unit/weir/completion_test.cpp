// SPDX-License-Identifier: Apache-2.0
// The completion, asked in a bash as its user does.
#include <doctest/doctest.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "command_line.hpp"
#include "completion/bash_completion.hpp"
#include "servers/sandbox.hpp"

TEST_SUITE_BEGIN("weir.completion");

using namespace weir;

namespace {

/// The commands and long options that a command itself says it has.
std::set<std::string> words_of(const CLI::App& of) {
  std::set<std::string> words;
  for (const CLI::App* const below : of.get_subcommands({})) {
    if (below->get_name().empty()) {
      words.merge(words_of(*below));
      words.erase("--help");
    } else {
      words.insert(below->get_name());
    }
  }
  for (const CLI::Option* const option : of.get_options()) {
    for (const std::string& name : option->get_lnames()) words.insert("--" + name);
    for (const std::string& name : option->get_snames()) words.insert("-" + name);
  }
  return words;
}

/// What bash offers behind some words.
std::set<std::string> offered(const std::string& script, const std::string& words,
                              const std::string& begun = {}) {
  const std::string line = "bash -c 'source " + script + "; COMP_WORDS=(" + words + " \"" + begun +
                           "\"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _weir && "
                           "printf \"%s\\n\" \"${COMPREPLY[@]}\"' 2>&1";
  std::FILE* const child = popen(line.c_str(), "r");
  REQUIRE(child != nullptr);
  std::string text;
  char part[4096];
  while (const std::size_t size = std::fread(part, 1, sizeof part, child)) text.append(part, size);
  CHECK(pclose(child) == 0);
  std::istringstream lines(text);
  std::set<std::string> found;
  for (std::string one; std::getline(lines, one);) {
    if (!one.empty()) found.insert(one);
  }
  return found;
}

void check_all(const CLI::App& at, const std::string& words, const std::string& script) {
  INFO(words);
  auto wanted = words_of(at);
  CHECK(offered(script, words) == wanted);
  for (const CLI::App* const below : at.get_subcommands({})) {
    if (!below->get_name().empty()) check_all(*below, words + " " + below->get_name(), script);
  }
}

}  // namespace

TEST_CASE("bash offers what each command has, the beginning of a word, and files for values") {
  tools::command_line line;
  const servers::sandbox box("completion");
  const std::string script = box.write("weir.bash", tools::bash_completion(line.tree())).string();
  check_all(line.tree(), "weir", script);
  CHECK(offered(script, "weir", "str") == std::set<std::string>{"stream", "stress"});
  CHECK(offered(script, "weir consumer", "pa") == std::set<std::string>{"pause"});
  CHECK(offered(script, "weir pub orders.created --co") == offered(script, "weir pub"));
  CHECK(offered(script, "weir pub --file").empty());
  CHECK(offered(script, "weir dlq replay 17", "--dr") == std::set<std::string>{"--dry-run"});
  CHECK(offered(script, "weir nonsense").contains("dlq"));
}

TEST_SUITE_END();
