// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/server_info.hpp"

#include <charconv>

namespace weir::nats {

std::optional<server_version> server_version::parse(std::string_view text) noexcept {
  server_version read;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int* const number : {&read.major, &read.minor, &read.patch}) {
    if (number != &read.major) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto taken = std::from_chars(at, end, *number);
    if (taken.ec != std::errc() || *number < 0) return std::nullopt;
    at = taken.ptr;
  }
  // What follows is the name of a build before a release: "-RC.1", "-beta.2", "+fips".
  if (at != end && *at != '-' && *at != '+') return std::nullopt;
  return read;
}

std::string server_version::text() const {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace weir::nats
