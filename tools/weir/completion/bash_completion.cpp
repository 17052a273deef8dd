// SPDX-License-Identifier: Apache-2.0
#include "bash_completion.hpp"

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

namespace weir::tools {
namespace {

constexpr const char* head = R"(# bash completion of weir: source <(weir completion bash)
_weir() {
  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD - 1]}" path="" words="" at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$path ${COMP_WORDS[at]}" in
)";
constexpr const char* after_commands = R"() path="$path ${COMP_WORDS[at]}" ;;
    esac
  done
  case "$path $before" in
)";
constexpr const char* after_values = R"() return ;;
  esac
  case "$path" in
)";
constexpr const char* tail = R"(  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _weir weir
)";

/// What one command can be followed by.
struct choices {
  std::string path;                      // " stream list"; empty for the program itself
  std::vector<std::string> words = {};   // commands and options
  std::vector<std::string> values = {};  // the options that another word belongs to
};

void add_options(const CLI::App& of, choices& into) {
  for (const CLI::Option* const option : of.get_options()) {
    std::vector<std::string> names;
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    const bool has_value = option->get_items_expected_max() > 0;
    for (const std::string& name : names) {
      if (has_value) into.values.push_back(name);
      into.words.push_back(name);
    }
  }
}

void collect(const CLI::App& of, const std::string& path, std::vector<choices>& into) {
  choices own{.path = path};
  std::vector<const CLI::App*> below;
  for (const CLI::App* const one : of.get_subcommands({})) {
    if (one->get_name().empty()) {
      add_options(*one, own);  // A group of options, not a command.
    } else {
      own.words.push_back(one->get_name());
      below.push_back(one);
    }
  }
  add_options(of, own);
  into.push_back(std::move(own));
  for (const CLI::App* const one : below) collect(*one, path + " " + one->get_name(), into);
}

/// Patterns of a case in quotes; nothing in them means anything to bash.
std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "\"" : " | \"") + text + "\"";
  return all;
}

std::string words_of(const choices& one) {
  std::string words;
  for (const std::string& word : one.words) words += (words.empty() ? "" : " ") + word;
  return words;
}

}  // namespace

std::string bash_completion(const CLI::App& tree) {
  std::vector<choices> all;
  collect(tree, "", all);
  std::vector<std::string> commands;
  std::vector<std::string> values;
  std::string cases;
  for (const choices& one : all) {
    if (!one.path.empty()) commands.push_back(one.path);
    for (const std::string& option : one.values) values.push_back(one.path + " " + option);
    cases += "    \"" + one.path + "\") words=\"" + words_of(one) + "\" ;;\n";
  }
  return head + ("      " + joined(commands)) + after_commands + ("    " + joined(values)) +
         after_values + cases + tail;
}

}  // namespace weir::tools
