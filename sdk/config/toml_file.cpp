// SPDX-License-Identifier: Apache-2.0
// The one place that knows toml++.
#include "toml_file.hpp"

#include "key_depth.hpp"

#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "weir/error.hpp"

namespace weir::detail {
namespace {

using kinds = config_value::kinds;

/// How the origin of a value is made from its line.
struct origins {
  const std::string& name;
  bool with_lines;

  std::string of(const toml::node& node) const {
    return with_lines ? name + ':' + std::to_string(node.source().begin.line) : name;
  }
};

config_value convert(const toml::node& node, const origins& from);

void convert_items(const toml::node& node, const origins& from, config_value& into) {
  if (const toml::table* table = node.as_table()) {
    using member = std::pair<std::string_view, const toml::node*>;
    std::vector<member> members;
    for (const auto& [key, value] : *table) members.emplace_back(key.str(), &value);
    // The parser keeps them by name; people read from top to bottom.
    std::ranges::stable_sort(members, [](const member& one, const member& other) {
      return one.second->source().begin < other.second->source().begin;
    });
    for (const auto& [key, value] : members) {
      into.items.push_back(convert(*value, from));
      into.items.back().name = std::string(key);
    }
  } else if (const toml::array* list = node.as_array()) {
    for (const toml::node& one : *list) into.items.push_back(convert(one, from));
  }
}

config_value convert(const toml::node& node, const origins& from) {
  config_value value;
  value.origin = from.of(node);
  if (const auto* text = node.as_string()) {
    value.kind = kinds::text;
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = kinds::integer;
    value.integer = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.kind = kinds::number;
    value.number = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.kind = kinds::boolean;
    value.boolean = boolean->get();
  } else if (node.is_array() || node.is_table()) {
    value.kind = node.is_array() ? kinds::list : kinds::table;
    convert_items(node, from, value);
  } else {
    value.kind = kinds::time;
  }
  return value;
}

/// What the parser says, without what it quotes: that may be a secret whose quotes are missing.
std::string without_quotations(std::string_view said) {
  constexpr std::size_t quoted_max = 2;  // a sign
  std::string text;
  while (!said.empty()) {
    const std::size_t open = said.find('\'');
    const std::size_t close = open == said.npos ? said.npos : said.find('\'', open + 1);
    if (close == said.npos) break;
    text += said.substr(0, open + 1);
    const std::string_view quoted = said.substr(open + 1, close - open - 1);
    const bool is_known = quoted == "true" || quoted == "false" || quoted.size() <= quoted_max;
    text += is_known ? quoted : "...";
    text += '\'';
    said.remove_prefix(close + 1);
  }
  // One without an end may be of any length.
  return text + std::string(said.substr(0, said.find('\'')));
}

}  // namespace

config_value parse_toml(std::string_view text, const std::string& name) {
  if (!has_only_short_keys(text)) {
    throw error(errc::invalid_argument, disposition::permanent,
                name + ": a key has more than " + std::to_string(key_parts_max) +
                    " parts with points between them; no setting is so deep");
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::source_position& at = parsed.error().source().begin;
    throw error(errc::invalid_argument, disposition::permanent,
                name + ':' + std::to_string(at.line) + ':' + std::to_string(at.column) +
                    ": this is no TOML: " + without_quotations(parsed.error().description()));
  }
  return convert(parsed.table(), {name, true});
}

std::optional<config_value> parse_toml_value(std::string_view text, const std::string& origin) {
  // A line end would let the text say something of other keys.
  if (text.find_first_of("\r\n") != text.npos || !has_only_short_keys(text)) return std::nullopt;
  const toml::parse_result parsed = toml::parse("value = " + std::string(text));
  if (!parsed || parsed.table().size() != 1) return std::nullopt;
  return convert(*parsed.table().get("value"), {origin, false});
}

}  // namespace weir::detail
