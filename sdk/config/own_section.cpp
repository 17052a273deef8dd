// SPDX-License-Identifier: Apache-2.0
#include "weir/config/detail/own_section.hpp"

#include <algorithm>

#include "sections.hpp"
#include "weir/config/settings.hpp"
#include "weir/error.hpp"

namespace weir::detail {
namespace {

[[noreturn]] void refuse(std::string message) {
  throw error(errc::invalid_argument, disposition::permanent, std::move(message));
}

bool is_key(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

}  // namespace

void add_section(std::vector<own_section>& sections, own_section added) {
  const std::string_view name = added.name;
  const std::string shown = "the section of settings \"" + std::string(name) + '"';
  const bool is_name = !name.empty() && std::ranges::all_of(name, is_key) &&
                       name.find("__") == name.npos && !name.starts_with('_') &&
                       !name.ends_with('_');
  if (!is_name) {
    refuse(shown + " has a name that a variable cannot have: use small letters, digits and _");
  }
  service_settings weirs;
  for (const section_view& one : sections_of(weirs)) {
    if (one.name == name) refuse(shown + " is weir's own; give yours another name");
  }
  for (const own_section& one : sections) {
    if (one.name == name) refuse(shown + " is there twice; give each a name of its own");
    if (one.in_force != added.in_force) continue;
    refuse(shown + " has the type of the section \"" + one.name +
           "\"; settings<T>() could not tell them apart, give each a struct of its own");
  }
  sections.push_back(std::move(added));
}

settings_hold::settings_hold(std::span<const own_settings> given,
                             std::span<const own_section> wanted) {
  for (const own_section& one : wanted) {
    const auto found = std::ranges::find_if(
        given, [&one](const own_settings& other) { return other.section.name == one.name; });
    held_.push_back(found != given.end() ? *found : own_settings{one, one.make()});
  }
  for (const own_settings& one : held_) one.section.in_force->push_back(one.value.get());
}

settings_hold::~settings_hold() {
  for (const own_settings& one : held_) std::erase(*one.section.in_force, one.value.get());
}

void refuse_settings(std::string_view type) {
  refuse("no running service has settings of the type " + std::string(type) +
         ": give it a section by .settings<" + std::string(type) + ">(\"name\")");
}

}  // namespace weir::detail
