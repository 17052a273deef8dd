// SPDX-License-Identifier: Apache-2.0
#include "selection.hpp"

#include <algorithm>
#include <cctype>

namespace weir::dlq {
namespace {

bool is_word(char c) noexcept {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}
bool is_digit(char c) noexcept { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

bool contains(std::string_view text, std::string_view part) {
  const auto is_same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return !std::ranges::search(text, part, is_same).empty() || part.empty();
}

/// Takes the first token off.
std::string_view take_token(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find('.'), rest.size());
  const std::string_view token = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return token;
}

}  // namespace

bool selection::fits(const letter& candidate) const {
  if (before && candidate.at.stored_at >= *before) return false;
  if (!subject.empty() && !fits_subject(subject, candidate.subject)) return false;
  return cause.empty() || contains(candidate.cause, cause) ||
         contains(cause_pattern(candidate.cause), cause);
}

bool fits_subject(std::string_view pattern, std::string_view subject) noexcept {
  while (!pattern.empty() && !subject.empty()) {
    const std::string_view wanted = take_token(pattern);
    if (wanted == ">" && pattern.empty()) return true;
    const std::string_view found = take_token(subject);
    if (wanted != "*" && wanted != found) return false;
  }
  return pattern.empty() && subject.empty();
}

std::string cause_pattern(std::string_view cause) {
  std::string pattern;
  while (!cause.empty()) {
    const auto* const end = std::ranges::find_if_not(cause, is_word);
    const auto bytes = static_cast<std::size_t>(end - cause.begin());
    const std::string_view word = cause.substr(0, bytes);
    if (std::ranges::any_of(word, is_digit)) {
      pattern.push_back('#');
    } else {
      pattern.append(word);
    }
    cause.remove_prefix(bytes);
    if (cause.empty()) break;
    pattern.push_back(cause.front());
    cause.remove_prefix(1);
  }
  return pattern;
}

}  // namespace weir::dlq
