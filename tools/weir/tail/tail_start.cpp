// SPDX-License-Identifier: Apache-2.0
#include "tail_start.hpp"

#include <charconv>

#include "age.hpp"

namespace weir::tools {
namespace {

/// The words with those that have a space or a colon taken apart.
std::vector<std::string> split(const std::vector<std::string>& words) {
  std::vector<std::string> parts;
  for (const std::string& word : words) {
    const std::size_t end = word.find_first_of(" :");
    parts.push_back(word.substr(0, end));
    if (end != word.npos) parts.push_back(word.substr(end + 1));
  }
  return parts;
}

std::optional<std::uint64_t> read_number(const std::string& text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value == 0) return {};
  return value;
}

}  // namespace

std::optional<tail_start> parse_tail_start(const std::vector<std::string>& words) {
  const auto parts = split(words);
  tail_start read;
  if (parts.size() == 2) {
    const auto number = read_number(parts[1]);
    const bool is_last = parts[0] == "last";
    if (!number || (!is_last && parts[0] != "sequence")) return std::nullopt;
    read.is = is_last ? tail_start::kind::last : tail_start::kind::sequence;
    read.number = *number;
    return read;
  }
  if (parts.size() != 1) return std::nullopt;
  if (parts[0] == "new") return read;
  if (parts[0] == "all") {
    read.is = tail_start::kind::all;
    return read;
  }
  const auto age = parse_age(parts[0]);
  if (!age) return std::nullopt;
  read.is = tail_start::kind::age;
  read.age = *age;
  return read;
}

}  // namespace weir::tools
