// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sections.hpp"

namespace weir {
namespace {

using detail::field_shape;
using detail::struct_shape;

/// A comment ends with its line, whatever stands in a file's name.
std::string comment(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, '?');
  return "  # " + line + '\n';
}

void print_table(const struct_shape& shape, const void* object, const std::string& path,
                 const service_settings& settings, std::string& out) {
  out += (out.empty() ? "[" : "\n[") + path + "]\n";
  for (const field_shape& field : shape.fields) {
    if (field.table != nullptr) continue;
    const std::string name(field.name);
    const auto text = field.text(object);
    out += text ? name + " = " + *text : "# " + name + " is not set";
    out += comment(origin_of(settings, path + '.' + name));
  }
  for (const field_shape& field : shape.fields) {
    if (field.table == nullptr) continue;
    const std::string inner = path + '.' + std::string(field.name);
    const void* const value = field.inner(object);
    if (value != nullptr) {
      print_table(*field.table, value, inner, settings, out);
    } else {
      out += "\n# [" + inner + "] is not set\n";
    }
  }
}

}  // namespace

std::string origin_of(const service_settings& settings, std::string_view path) {
  const auto found = settings.origins.find(path);
  return found == settings.origins.end() ? "default" : found->second;
}

std::string to_toml(const service_settings& settings) {
  // Its own copy, for the sections can be written to.
  service_settings shown = settings;
  std::string out;
  for (const auto& one : detail::sections_of(shown)) {
    print_table(*one.shape, one.object, std::string(one.name), settings, out);
    if (one.name != "postgres") continue;
    for (const std::string& variable : settings.libpq_variables) {
      out += "# libpq reads" + comment("environment " + variable).substr(3);
    }
  }
  return out;
}

}  // namespace weir
