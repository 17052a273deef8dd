// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/config/admin_settings.hpp"
#include "weir/config/detail/own_section.hpp"
#include "weir/config/log_settings.hpp"
#include "weir/config/nats_settings.hpp"
#include "weir/config/postgres_settings.hpp"
#include "weir/config/process_settings.hpp"
#include "weir/config/trace_settings.hpp"

namespace weir {

/// All that a service is told from outside, each section a struct; see load_settings().
struct service_settings {
  nats_settings nats = {};
  postgres_settings postgres = {};
  process_settings service = {};
  log_settings log = {};
  trace_settings trace = {};
  admin_settings admin = {};
  /// Those of the program's own.
  std::vector<detail::own_settings> own = {};
  /// Where values come from; see origin_of().
  detail::setting_origins origins = {};
  /// What libpq reads by itself: "PGHOST=db", masked where it is secret.
  std::vector<std::string> libpq_variables = {};
};

/// Where the value of "nats.url" and the like comes from: "default", "/etc/shop/config.toml:3",
/// "environment NATS_URL", "credential nats.password", "flag --set nats.url".
std::string origin_of(const service_settings& settings, std::string_view path);

/// All of them as TOML that can be read again, each with where it comes from. Secrets stand as ***.
std::string to_toml(const service_settings& settings);

}  // namespace weir
