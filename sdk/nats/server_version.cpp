// SPDX-License-Identifier: Apache-2.0
#include "server_version.hpp"

#include <charconv>

namespace weir::nats::detail {
namespace {

std::string shown(const server_version& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor) +
         (version.patch == 0 ? "" : "." + std::to_string(version.patch));
}

}  // namespace

std::optional<server_version> parse_server_version(std::string_view text) noexcept {
  server_version version;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int* part : {&version.major, &version.minor, &version.patch}) {
    if (part != &version.major) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto read = std::from_chars(at, end, *part);
    if (read.ec != std::errc() || *part < 0) return std::nullopt;
    at = read.ptr;
  }
  if (at != end && *at != '-' && *at != '+') return std::nullopt;
  return version;
}

bool has_feature(std::string_view version, const server_feature& wanted) noexcept {
  const auto read = parse_server_version(version);
  return read.has_value() && *read >= wanted.since;
}

error missing_feature(const std::string& operation, const server_feature& wanted,
                      const std::string& version) {
  return {errc::unsupported, disposition::permanent,
          operation + ": " + wanted.name + " needs nats-server " + shown(wanted.since) +
              " or newer, and the server " +
              (version.empty() ? "does not tell its version" : "is " + version) +
              ": it would ignore it; do without, or update the server"};
}

}  // namespace weir::nats::detail
