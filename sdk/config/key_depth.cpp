// SPDX-License-Identifier: Apache-2.0
#include "key_depth.hpp"

#include <algorithm>

namespace weir::detail {
namespace {

/// Where the string ends that begins at `start`: behind its last quote, or with its line.
std::size_t end_of_string(std::string_view toml, std::size_t start) {
  const char quote = toml[start];
  const std::string_view three = toml.substr(start, 3);
  const bool has_lines = three.size() == 3 && three[1] == quote && three[2] == quote;
  const std::size_t length = has_lines ? 3 : 1;
  for (std::size_t at = start + length; at < toml.size(); ++at) {
    if (toml[at] == '\\' && quote == '"') {
      ++at;
    } else if (toml[at] == '\n' && !has_lines) {
      return at;
    } else if (toml.substr(at, length) == three.substr(0, length)) {
      return at + length;
    }
  }
  return toml.size();
}

}  // namespace

bool has_only_short_keys(std::string_view toml) {
  constexpr std::string_view ends_a_key = "=,{}[]\n";
  std::size_t parts = 1;
  for (std::size_t at = 0; at < toml.size();) {
    const char c = toml[at];
    if (c == '"' || c == '\'') {
      at = end_of_string(toml, at);
      continue;
    }
    if (c == '#') {
      at = std::min(toml.find('\n', at), toml.size());
      continue;
    }
    if (c == '.' && ++parts > key_parts_max) return false;
    if (ends_a_key.find(c) != ends_a_key.npos) parts = 1;
    ++at;
  }
  return true;
}

}  // namespace weir::detail
