// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "weir/config/service_settings.hpp"

namespace weir {

/// The layers that a service's settings are read from, the weakest first. What is empty is no
/// layer.
struct settings_sources {
  /// The service's name.
  std::string service = {};
  /// <directory>/<service>/config.toml, where that exists: /etc, then $XDG_CONFIG_HOME.
  std::vector<std::filesystem::path> directories = {};
  /// Of `--config`; it must exist.
  std::filesystem::path file = {};
  /// TOML in memory, for tests.
  std::string text = {};
  /// Where systemd puts credentials: a file of the name "nats.password" is that secret.
  std::filesystem::path credentials_directory = {};
  /// NATS_URL, DATABASE_URL, OTEL_*, and WEIR_NATS__URL for "nats.url", and so on.
  std::vector<std::pair<std::string, std::string>> environment = {};
  /// Of `--set`: "nats.url=nats://db:4222".
  std::vector<std::string> overrides = {};
};

/// The largest config.toml.
inline constexpr std::size_t config_bytes_max = 1U << 20;

/// Those of this process, without `file` and `overrides`: /etc, $XDG_CONFIG_HOME or else ~/.config,
/// $CREDENTIALS_DIRECTORY, and its environment.
settings_sources sources_of_process(std::string service);

/// Reads the layers over `defaults`, with the program's own sections, and checks what came of it.
///
/// Throws `invalid_argument` where anything is wrong: a key that does not exist, with the nearest
/// one that does; a wrong type or range; a file that cannot be read. The text has all problems of
/// all layers, a line for each, which begins with the file and line, or the variable, or the flag.
/// No secret is in it.
service_settings load_settings(const settings_sources& from, service_settings defaults = {},
                               std::span<const detail::own_section> own = {});

/// Those of the environment alone, for programs beside services: variables of sections that are
/// not weir's are passed over.
service_settings settings_of_environment();

}  // namespace weir
