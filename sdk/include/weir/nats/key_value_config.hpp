// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/stream_config.hpp"
#include "weir/nats/stream_info.hpp"

namespace weir::nats {

/// What a bucket should be. Fields left empty keep what an existing bucket has.
struct key_value_config {
  /// Letters, digits, `-` and `_`. Its stream is called KV_<bucket>.
  std::string bucket;
  std::optional<std::string> description;
  /// How many values of a key are kept: 1 (the default) to 64.
  std::optional<int> history;
  std::optional<duration> ttl;                 ///< of every value; 0: for ever
  std::optional<std::int64_t> max_bytes;       ///< of the bucket; -1: no limit
  std::optional<std::int64_t> max_value_size;  ///< in bytes; -1: no limit
  std::optional<storage_type> storage;         ///< cannot be changed later
  std::optional<int> replicas;
  std::optional<stream_placement> placement;
  std::optional<republication> republish;
  std::optional<store_compression> compression;                ///< server 2.10
  std::optional<std::map<std::string, std::string>> metadata;  ///< server 2.10
  /// How long the mark of a key that ran out or was purged stays; with it, create() and purge()
  /// may have a ttl of their own. Server 2.11.
  std::optional<duration> limit_marker_ttl;
};

/// What a bucket is and holds now.
struct key_value_status {
  std::string bucket;
  std::uint64_t values = 0;  ///< history and marks of removed keys included
  std::uint64_t bytes = 0;
  std::int64_t history = 1;
  duration ttl{};  ///< 0: for ever
  nats::stream_info stream;
};

}  // namespace weir::nats
