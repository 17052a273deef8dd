// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/timestamp.hpp"

namespace weir::nats {

/// How many bytes of an object stand in one message, unless its writer says otherwise.
inline constexpr std::size_t object_chunk_bytes = std::size_t{128} << 10;

/// What a link leads to: an object of a bucket, or a whole bucket.
struct object_link {
  std::string bucket;
  std::string name = {};  ///< empty: the bucket

  bool is_to_bucket() const noexcept { return name.empty(); }
  friend bool operator==(const object_link&, const object_link&) = default;
};

/// What a writer says of an object. All texts are UTF-8.
struct object_meta {
  /// Any characters, 1 to 1024 bytes: it is encoded before it becomes a part of a subject.
  std::string name;
  std::string description = {};
  /// Kept with the object; NATS gives them no meaning.
  std::map<std::string, std::vector<std::string>> headers = {};
  std::map<std::string, std::string> metadata = {};
  /// How many bytes stand in one message, at least 1; the server's `max_payload` must have room for
  /// them and a few hundred bytes more. Is of no use for what is stored already.
  std::size_t chunk_size = object_chunk_bytes;
};

/// What a bucket knows of an object.
struct object_info {
  std::string bucket;
  object_meta meta;
  std::uint64_t size = 0;           ///< in bytes
  std::uint64_t chunks = 0;         ///< the messages that it stands in
  std::string digest;               ///< "SHA-256=" and the hash as base64 for URLs
  std::string nuid;                 ///< names its chunks; every put gives another
  timestamp modified;               ///< when the bucket stored this
  std::uint64_t revision = 0;       ///< counts all that the bucket stored; never used twice
  std::optional<object_link> link;  ///< what it leads to, if it is a link
  bool is_removed = false;          ///< only its mark is left

  bool is_link() const noexcept { return link.has_value(); }
};

}  // namespace weir::nats
