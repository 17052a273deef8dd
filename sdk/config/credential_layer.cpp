// SPDX-License-Identifier: Apache-2.0
#include "layers.hpp"
#include "weir/config/secret_file.hpp"
#include "weir/error.hpp"

namespace weir::detail {

config_value credential_layer(const settings_sources& from, std::span<const std::string> secrets,
                              settings_reader& in) {
  config_value layer;
  if (from.credentials_directory.empty()) return layer;
  // Asked for by name: of others the directory may have any.
  for (const std::string& path : secrets) {
    const std::filesystem::path file = from.credentials_directory / path;
    std::error_code failure;
    if (!std::filesystem::exists(file, failure)) continue;
    config_value value;
    value.kind = config_value::kinds::loose;
    value.origin = "credential " + path;
    value.file = file;
    try {
      value.text = read_secret_file(file);
      put(layer, split_path(path, "."), std::move(value));
    } catch (const error& failed) {
      in.complain(value.origin + ": " + failed.message());
    }
  }
  return layer;
}

}  // namespace weir::detail
