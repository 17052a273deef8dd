// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/config/settings_check.hpp"

namespace weir {

/// The section [admin]: where health, metrics and the like are served.
struct admin_settings {
  bool enabled = true;
  /// An IP address, IPv6 in brackets, and a port.
  std::string listen = "127.0.0.1:8080";

  void check(const settings_check& found) const;
};

}  // namespace weir
