// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "weir/config/service_settings.hpp"

namespace weir::detail {

/// A section, and the struct that it fills.
struct section_view {
  std::string_view name;
  const struct_shape* shape;
  void* object;
};

/// Those of weir in the order in which they are printed, then the program's own.
std::vector<section_view> sections_of(service_settings& settings);

/// "nats.password" and the like: where secrets are.
std::vector<std::string> secret_paths(const std::vector<section_view>& sections);

}  // namespace weir::detail
