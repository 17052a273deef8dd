// SPDX-License-Identifier: Apache-2.0
#include "sections.hpp"

namespace weir::detail {
namespace {

template <class T>
section_view view(std::string_view name, T& object) {
  return {name, &shape_of<T>::value, &object};
}

void find_secrets(const struct_shape& shape, const std::string& path,
                  std::vector<std::string>& found) {
  for (const field_shape& field : shape.fields) {
    const std::string inner = path + '.' + std::string(field.name);
    if (field.is_secret) found.push_back(inner);
    if (field.table != nullptr) find_secrets(*field.table, inner, found);
  }
}

}  // namespace

std::vector<section_view> sections_of(service_settings& settings) {
  std::vector<section_view> all{
      view("nats", settings.nats),       view("postgres", settings.postgres),
      view("service", settings.service), view("log", settings.log),
      view("trace", settings.trace),     view("admin", settings.admin)};
  for (const own_settings& one : settings.own) {
    all.push_back({one.section.name, one.section.shape, one.value.get()});
  }
  return all;
}

std::vector<std::string> secret_paths(const std::vector<section_view>& sections) {
  std::vector<std::string> found;
  for (const section_view& one : sections) {
    find_secrets(*one.shape, std::string(one.name), found);
  }
  return found;
}

}  // namespace weir::detail
