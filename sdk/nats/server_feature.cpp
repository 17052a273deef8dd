// SPDX-License-Identifier: Apache-2.0
#include "server_feature.hpp"

namespace weir::nats::detail {
namespace {

std::string shown(const server_version& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor) +
         (version.patch == 0 ? "" : "." + std::to_string(version.patch));
}

}  // namespace

error missing_feature(const std::string& operation, const server_feature& wanted,
                      const server_version& version) {
  return {errc::unsupported, disposition::permanent,
          operation + ": " + wanted.name + " needs nats-server " + shown(wanted.since) +
              " or newer, and the server " +
              (version == server_version() ? "does not tell its version" : "is " + version.text()) +
              ": it would ignore it; do without, or update the server"};
}

}  // namespace weir::nats::detail
