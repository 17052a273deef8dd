// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/stream_config.hpp"
#include "weir/nats/stream_info.hpp"

namespace weir::nats {

/// What a bucket of objects should be. Fields left empty keep what an existing bucket has.
struct object_store_config {
  /// Letters, digits, `-` and `_`. Its stream is called OBJ_<bucket>.
  std::string bucket;
  std::optional<std::string> description;
  std::optional<duration> ttl;            ///< of every object; 0: for ever
  std::optional<std::int64_t> max_bytes;  ///< of the bucket; -1: no limit
  std::optional<storage_type> storage;    ///< cannot be changed later
  std::optional<int> replicas;
  std::optional<stream_placement> placement;
  std::optional<store_compression> compression;                ///< server 2.10
  std::optional<std::map<std::string, std::string>> metadata;  ///< server 2.10
};

/// What a bucket of objects is and holds now.
struct object_store_status {
  std::string bucket;
  std::string description;
  std::uint64_t bytes = 0;  ///< objects and what is known of them
  duration ttl{};           ///< 0: for ever
  storage_type storage = storage_type::file;
  int replicas = 1;
  bool is_sealed = false;  ///< nothing can be changed any more
  nats::stream_info stream;
};

}  // namespace weir::nats
