// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace weir::dev {

/// What a service that is worked on is told of its surroundings.
struct surroundings {
  std::string nats_url;
  std::string database_url;
  std::string admin_address;  ///< "127.0.0.1:23847"
};

/// The same as settings of the environment for env(1). What the environment of `weir dev` says of
/// other servers, with their passwords and certificates, is taken out of it.
std::vector<std::string> settings_for(const surroundings& around);

}  // namespace weir::dev
