// SPDX-License-Identifier: Apache-2.0
#include "place.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace weir::detail {
namespace {

constexpr std::size_t longest_name = 80;

/// The end of the bracket that begins `text`, one past its partner.
std::size_t end_of_group(std::string_view text) noexcept {
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    if (letter == '(' || letter == '<' || letter == '{' || letter == '[') ++depth;
    // The arrow of a trailing return type closes nothing.
    const bool closes = letter == ')' || letter == '}' || letter == ']' ||
                        (letter == '>' && (at == 0 || text[at - 1] != '-'));
    if (closes && --depth == 0) return at + 1;
  }
  return text.size();
}

bool is_word(char letter) noexcept {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_';
}

bool take(std::string_view& text, std::string_view beginning) noexcept {
  if (!text.starts_with(beginning)) return false;
  text.remove_prefix(beginning.size());
  return true;
}

/// Moves the name of an operator from `text` to `name`: its signs are not brackets.
bool take_operator(std::string_view& text, std::string& name) {
  constexpr std::string_view keyword = "operator";
  const bool inside_word = !name.empty() && is_word(name.back());
  if (inside_word || !text.starts_with(keyword) || text.size() == keyword.size() ||
      is_word(text[keyword.size()])) {
    return false;
  }
  const bool is_call = text.substr(keyword.size()).starts_with("()");
  const std::size_t end = is_call ? keyword.size() + 2 : text.find('(');
  name += text.substr(0, end);
  text.remove_prefix(std::min(end, text.size()));
  return true;
}

}  // namespace

std::string short_function_name(std::string_view pretty) {
  // " [T = int]" of clang, " [with T = int]" of g++.
  std::string_view left = pretty.substr(0, pretty.find(" ["));
  std::string name;
  while (!left.empty()) {
    if (take(left, "(anonymous namespace)::") || take(left, "{anonymous}::")) continue;
    if (take(left, "(anonymous class)::operator()")) {
      name += "lambda";
      continue;
    }
    if (take_operator(left, name)) continue;
    const char letter = left.front();
    if (letter == '(' || letter == '<' || letter == '{') {
      if (left.starts_with("<lambda")) name += "lambda";
      left.remove_prefix(end_of_group(left));
      // What follows the parameters is of no interest, unless it is a local class's function.
      if (letter == '(' && !left.starts_with("::") && name != "decltype") break;
      continue;
    }
    left.remove_prefix(1);
    if (letter == ' ' || letter == '*' || letter == '&') {
      name.clear();  // It was the return type.
    } else {
      name += letter;
    }
  }
  if (name.size() > longest_name) name.replace(longest_name - 3, std::string::npos, "...");
  return name;
}

std::string to_text(const std::source_location& place) {
  if (place.line() == 0) return "an unknown place";
  std::string_view file = place.file_name();
  while (take(file, "../")) continue;  // The way from the directory of the build.
  return std::string(file) + ":" + std::to_string(place.line()) + " in " +
         short_function_name(place.function_name());
}

std::string to_text(duration span) {
  struct unit {
    const char* name;
    double nanoseconds;
    double limit;  // From here on the next one is more readable.
  };
  constexpr std::array units{unit{"us", 1e3, 1e3},  unit{"ms", 1e6, 1e3},
                             unit{"s", 1e9, 120},   unit{"min", 60e9, 120},
                             unit{"h", 3600e9, 48}, unit{"days", 86400e9, 1e9}};
  const auto nanoseconds = static_cast<double>(std::max(span, duration::zero()).count());
  std::size_t index = 0;
  while (index + 1 < units.size() && nanoseconds / units[index].nanoseconds >= units[index].limit) {
    ++index;
  }
  const double value = nanoseconds / units[index].nanoseconds;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), index >= 2 && value < 10 ? "%.1f %s" : "%.0f %s", value,
                units[index].name);
  return text.data();
}

}  // namespace weir::detail
