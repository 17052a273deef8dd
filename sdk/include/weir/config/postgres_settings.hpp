// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "weir/clock.hpp"
#include "weir/config/secret.hpp"
#include "weir/config/settings_check.hpp"

namespace weir {

/// The section [postgres]: see postgres::pool_options. What the URL leaves out comes from the PG*
/// variables, as libpq reads them.
struct postgres_settings {
  /// A URL or libpq's "host=... dbname=...". Also DATABASE_URL.
  std::string url = {};
  /// In place of one in the URL. From a file it is read again for each connection.
  secret<std::string> password = {};
  /// How many connections at most, 1 to 200. Also WEIR_DATABASE_CONNECTIONS.
  std::uint32_t connections = 10;
  duration connect_timeout = std::chrono::seconds(5);
  duration acquire_timeout = std::chrono::seconds(5);

  void check(const settings_check& found) const;
};

}  // namespace weir
