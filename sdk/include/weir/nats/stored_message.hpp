// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/timestamp.hpp"

namespace weir::nats {

/// A message as its stream stores it.
struct stored_message {
  std::string subject;
  std::uint64_t sequence = 0;
  timestamp time;
  std::string payload;
  std::vector<std::pair<std::string, std::string>> headers;

  /// The first value under this name (case-sensitive); the view lives as long as the message.
  std::optional<std::string_view> header(std::string_view name_of) const noexcept {
    for (const auto& one : headers) {
      if (one.first == name_of) return one.second;
    }
    return std::nullopt;
  }
};

/// Who is asked for a stored message.
enum class get_from : unsigned char {
  leader,       ///< the stream's leader, which has the newest
  any_replica,  ///< a direct get: faster, but may be behind; the stream has `allow_direct`
};

/// What becomes of a deleted message's bytes.
enum class erasure : unsigned char {
  unlink,     ///< They stay in the file until it is compacted.
  overwrite,  ///< They are overwritten with random ones; slower.
};

/// Which messages a purge removes: all by default. `up_to` and `keep` exclude each other.
struct purge_options {
  std::string filter;       ///< only subjects that fit; empty: all
  std::uint64_t up_to = 0;  ///< only below this sequence; 0: all
  std::uint64_t keep = 0;   ///< all but so many of the newest
};

}  // namespace weir::nats
