// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "weir/clock.hpp"
#include "weir/config/settings_check.hpp"
#include "weir/driver.hpp"

namespace weir {

/// The section [service]: the program itself.
struct process_settings {
  /// How long handlers may go on after SIGTERM. Give the supervisor five seconds more.
  duration drain_timeout = std::chrono::seconds(25);
  /// The directory of the .sql files to apply at start; empty for none. Also WEIR_MIGRATIONS; its
  /// default is what the program says by service::migrations().
  std::string migrations = {};
  /// Also WEIR_DRIVER.
  driver_choice driver = driver_choice::automatic;

  void check(const settings_check& found) const;
};

}  // namespace weir
