// SPDX-License-Identifier: Apache-2.0
#include "surroundings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace weir::dev {
namespace {

/// Settings of the servers, and libpq's own.
constexpr std::array<std::string_view, 3> of_other_servers{"WEIR_NATS__", "WEIR_POSTGRES__", "PG"};

}  // namespace

std::vector<std::string> settings_for(const surroundings& around) {
  std::vector<std::string> made;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view name = std::string_view(*at).substr(0, std::string_view(*at).find('='));
    const bool is_other = std::ranges::any_of(
        of_other_servers, [name](std::string_view begin) { return name.starts_with(begin); });
    if (is_other) made.push_back("--unset=" + std::string(name));
  }
  made.push_back("NATS_URL=" + around.nats_url);
  made.push_back("DATABASE_URL=" + around.database_url);
  made.push_back("WEIR_ADMIN__LISTEN=" + around.admin_address);
  made.emplace_back("WEIR_LOG_FORMAT=text");
  return made;
}

}  // namespace weir::dev
