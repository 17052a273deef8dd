// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/config/settings_check.hpp"

namespace weir {

/// Where a service listens that was told nothing else.
inline constexpr std::string_view default_admin_listen = "127.0.0.1:8080";

/// The section [admin]: the pages that tell how the service is.
struct admin_settings {
  /// "127.0.0.1:8080", "[::]:8080", "0.0.0.0:0" for a port that is free; "off" or empty: no pages.
  /// The default of a service that is run by its main() is default_admin_listen.
  std::string listen = {};
  /// Names of checks that do not make the service unready: "postgres", "nats".
  std::vector<std::string> optional = {};

  void check(const settings_check& found) const;
};

}  // namespace weir
