// SPDX-License-Identifier: Apache-2.0
#include "header_block.hpp"

#include <algorithm>

namespace weir::nats::detail {
namespace {

constexpr std::string_view version = "NATS/1.0";
constexpr std::string_view line_end = "\r\n";

struct entry {
  std::string_view name;
  std::string_view value;
};

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes the first line off `left`.
std::string_view take_line(std::string_view& left) noexcept {
  const std::size_t end = left.find(line_end);
  const std::string_view line = left.substr(0, end);
  left.remove_prefix(end == std::string_view::npos ? left.size() : end + line_end.size());
  return line;
}

/// What stands behind the version: "503" or "408 Request Timeout".
std::string_view status_line(std::string_view block) noexcept {
  const std::string_view line = take_line(block);
  return line.starts_with(version) ? trimmed(line.substr(version.size())) : std::string_view();
}

std::string_view description_in(std::string_view status) noexcept {
  const std::size_t end = status.find(' ');
  return end == std::string_view::npos ? std::string_view() : trimmed(status.substr(end));
}

/// Calls `each(entry)` until it gives true.
template <class Each>
void for_each_entry(std::string_view block, Each&& each) {
  take_line(block);
  while (!block.empty()) {
    const std::string_view line = take_line(block);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (each(entry{line.substr(0, colon), trimmed(line.substr(colon + 1))})) return;
  }
}

}  // namespace

std::string_view status_of(std::string_view block) noexcept {
  const std::string_view line = status_line(block);
  return line.substr(0, line.find(' '));
}

std::optional<std::string_view> header_block::find(std::string_view name) const noexcept {
  const std::string_view status = status_line(text_);
  if (!status.empty()) {
    if (name == "Status") return status.substr(0, status.find(' '));
    if (name == "Description") return description_in(status);
  }
  std::optional<std::string_view> found;
  for_each_entry(text_, [&](const entry& one) {
    if (one.name != name) return false;
    found = one.value;
    return true;
  });
  return found;
}

std::vector<std::pair<std::string, std::string>> header_block::entries() const {
  std::vector<std::pair<std::string, std::string>> all;
  const std::string_view status = status_line(text_);
  if (!status.empty()) {
    all.emplace_back("Status", status_of(text_));
    if (!description_in(status).empty()) all.emplace_back("Description", description_in(status));
  }
  for_each_entry(text_, [&](const entry& one) {
    all.emplace_back(one.name, one.value);
    return false;
  });
  return all;
}

}  // namespace weir::nats::detail
