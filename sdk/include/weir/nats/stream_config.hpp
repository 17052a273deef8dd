// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/clock.hpp"

namespace weir::nats {

enum class retention_policy : unsigned char { limits, interest, work_queue };
enum class storage_type : unsigned char { file, memory };
enum class discard_policy : unsigned char { old_messages, new_messages };

/// What a stream should be. Fields left empty keep what an existing stream has, and get the
/// server's default in a new one.
struct stream_config {
  std::string name;
  std::vector<std::string> subjects;
  std::optional<retention_policy> retention;  ///< cannot be changed later
  std::optional<storage_type> storage;        ///< cannot be changed later
  std::optional<discard_policy> discard;
  std::optional<std::int64_t> max_messages;  ///< -1: no limit
  std::optional<std::int64_t> max_bytes;     ///< -1: no limit
  std::optional<duration> max_age;           ///< 0: for ever
  /// How long a second message with the same Nats-Msg-Id is recognised and not stored.
  std::optional<duration> duplicate_window;
  std::optional<int> replicas;
};

/// What a stream holds now.
struct stream_info {
  std::string name;
  std::vector<std::string> subjects;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t consumers = 0;
};

}  // namespace weir::nats
