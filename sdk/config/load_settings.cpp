// SPDX-License-Identifier: Apache-2.0
#include "weir/config/load_settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "file_text.hpp"
#include "layers.hpp"
#include "nearest_name.hpp"
#include "sections.hpp"
#include "toml_file.hpp"
#include "weir/error.hpp"

namespace weir {
namespace {

using detail::config_value;
using detail::section_view;
using detail::settings_reader;

constexpr const char* file_name = "config.toml";

/// The layers of one service on their way into its settings.
class loading {
 public:
  explicit loading(service_settings& into)
      : sections_(detail::sections_of(into)), in_(into.origins) {}

  void read(const settings_sources& from) {
    for (const auto& directory : from.directories) {
      const auto file = directory / from.service / file_name;
      std::error_code failure;
      if (std::filesystem::exists(file, failure) || failure) read_file(file);
    }
    if (!from.file.empty()) read_file(from.file);
    if (!from.text.empty()) read_text(from.text, "settings");
    const auto secrets = detail::secret_paths(sections_);
    read_layer(detail::credential_layer(from, secrets, in_));
    for (const auto& layer : detail::environment_layers(from)) read_layer(layer);
    for (const auto& layer : detail::override_layers(from, in_)) read_layer(layer);
  }

  void check() {
    for (const section_view& one : sections_) {
      const settings_reader::step down(in_, one.name);
      one.shape->check(one.object, in_);
    }
    const std::string problems = in_.problems();
    if (problems.empty()) return;
    throw error(errc::invalid_argument, disposition::permanent, problems);
  }

 private:
  void read_file(const std::filesystem::path& file) {
    try {
      read_text(detail::read_file_text(file, config_bytes_max), file.string());
    } catch (const error& failure) {
      in_.complain(failure.message());
    }
  }

  void read_text(const std::string& text, const std::string& name) {
    try {
      read_layer(detail::parse_toml(text, name));
    } catch (const error& failure) {
      in_.complain(failure.message());
    }
  }

  void read_layer(const config_value& layer) {
    for (const config_value& item : layer.items) read_section(item);
  }

  void read_section(const config_value& item) {
    std::vector<std::string_view> names;
    for (const section_view& one : sections_) {
      if (one.name == item.name) {
        const settings_reader::step down(in_, one.name);
        detail::read_struct(item, *one.shape, one.object, in_);
        return;
      }
      names.push_back(one.name);
    }
    const auto meant = detail::nearest_name(item.name, names);
    const std::string remedy = meant.empty() ? "there are " + detail::listed(names)
                                             : "did you mean " + std::string(meant) + '?';
    in_.complain(item.origin + ": " + item.name + " is no section; " + remedy);
  }

  const std::vector<section_view> sections_;
  settings_reader in_;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<std::pair<std::string, std::string>> process_environment() {
  std::vector<std::pair<std::string, std::string>> all;
  for (char** one = environ; one != nullptr && *one != nullptr; ++one) {
    const std::string_view text = *one;
    const std::size_t sign = text.find('=');
    if (sign != text.npos) all.emplace_back(text.substr(0, sign), text.substr(sign + 1));
  }
  return all;
}

}  // namespace

settings_sources sources_of_process(std::string service) {
  settings_sources found;
  found.service = std::move(service);
  found.directories.emplace_back("/etc");
  // A relative one is to be passed over, says the XDG specification.
  const std::filesystem::path config = variable("XDG_CONFIG_HOME");
  const std::filesystem::path home = variable("HOME");
  if (config.is_absolute()) {
    found.directories.push_back(config);
  } else if (home.is_absolute()) {
    found.directories.push_back(home / ".config");
  }
  found.credentials_directory = variable("CREDENTIALS_DIRECTORY");
  found.environment = process_environment();
  return found;
}

service_settings load_settings(const settings_sources& from, service_settings defaults,
                               std::span<const detail::own_section> own) {
  service_settings settings = std::move(defaults);
  for (const auto& one : own) settings.own.push_back({one, one.make()});
  settings.libpq_variables = detail::libpq_variables(from);
  loading reading(settings);
  reading.read(from);
  reading.check();
  return settings;
}

service_settings settings_of_environment() {
  settings_sources from;
  service_settings weirs;
  const auto sections = detail::sections_of(weirs);
  for (auto& one : process_environment()) {
    const std::string section = detail::section_of_variable(one.first);
    const bool is_known =
        section.empty() ||
        std::ranges::find(sections, section, &section_view::name) != sections.end();
    if (is_known) from.environment.push_back(std::move(one));
  }
  return load_settings(from);
}

}  // namespace weir
