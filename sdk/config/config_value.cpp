// SPDX-License-Identifier: Apache-2.0
#include "weir/config/detail/config_value.hpp"

#include "key_depth.hpp"

namespace weir::detail {
namespace {

config_value& table_in(config_value& outer, const config_value& like, const std::string& name) {
  for (config_value& one : outer.items) {
    if (one.kind == config_value::kinds::table && one.name == name) return one;
  }
  config_value& made = outer.items.emplace_back();
  made.name = name;
  made.origin = like.origin;
  made.of_variable = like.of_variable;
  return made;
}

}  // namespace

void put(config_value& table, std::span<const std::string> path, config_value value) {
  config_value* inner = &table;
  for (const std::string& name : path.first(path.size() - 1)) {
    inner = &table_in(*inner, value, name);
  }
  value.name = path.back();
  inner->items.push_back(std::move(value));
}

std::vector<std::string> split_path(std::string_view path, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const bool is_last = parts.size() + 1 == key_parts_max;
    const std::size_t end = is_last ? path.npos : path.find(separator);
    parts.emplace_back(path.substr(0, end));
    if (end == path.npos) return parts;
    path.remove_prefix(end + separator.size());
  }
}

}  // namespace weir::detail
