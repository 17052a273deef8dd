// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/error.hpp"
#include "weir/nats/server_info.hpp"

namespace weir::nats::detail {

/// What servers before `since` ignore without a word, so that it must not be sent to them.
struct server_feature {
  const char* name;
  server_version since;
};

/// True where a server of this version has the feature; false where its version is unknown (0.0.0).
inline bool has_feature(const server_version& version, const server_feature& wanted) noexcept {
  return version >= wanted.since;
}

/// The `unsupported` (permanent) error of an operation that needs the feature.
error missing_feature(const std::string& operation, const server_feature& wanted,
                      const server_version& version);

}  // namespace weir::nats::detail
