// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "weir/error.hpp"

namespace weir::nats::detail {

/// The version of a nats-server, as it says it when a connection is made.
struct server_version {
  int major = 0;
  int minor = 0;
  int patch = 0;

  friend auto operator<=>(const server_version&, const server_version&) = default;
};

/// Reads "2.10.4", also with something behind it: "2.12.0-RC.1". Nothing for what is no version.
std::optional<server_version> parse_server_version(std::string_view text) noexcept;

/// What servers before `since` ignore without a word, so that it must not be sent to them.
struct server_feature {
  const char* name;
  server_version since;
};

/// True where a server that calls itself `version` has the feature; false where that is unknown.
bool has_feature(std::string_view version, const server_feature& wanted) noexcept;

/// The `unsupported` (permanent) error of an operation that needs the feature.
error missing_feature(const std::string& operation, const server_feature& wanted,
                      const std::string& version);

}  // namespace weir::nats::detail
