// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::detail {

/// One value of one layer, with where it stands.
struct config_value {
  enum class kinds : std::uint8_t {
    text,
    integer,
    number,
    boolean,
    time,   ///< A date or time of TOML, for which no setting has a use.
    list,   ///< `items`, without names.
    table,  ///< `items`, each with its name.
    loose,  ///< The text of a variable, a flag or a file: its type is that of the setting.
  };

  kinds kind = kinds::table;
  std::string name = {};
  /// The name is that of a variable, which says nothing about small and large letters.
  bool of_variable = false;
  /// "shop.toml:3", "environment NATS_URL", "flag --set nats.url".
  std::string origin = {};
  std::string text = {};
  std::int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  std::vector<config_value> items = {};
  /// The file that a secret was read from, if it was.
  std::filesystem::path file = {};
};

/// Puts a value into a table under a path of names, with the tables in between.
void put(config_value& table, std::span<const std::string> path, config_value value);

/// The parts of "nats.tls.required" between the separators; of more than a setting can have, the
/// last one is all the rest.
std::vector<std::string> split_path(std::string_view path, std::string_view separator);

}  // namespace weir::detail
