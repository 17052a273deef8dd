// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/clock.hpp"
#include "weir/nats/stream_source.hpp"

namespace weir::nats {

enum class retention_policy : unsigned char { limits, interest, work_queue };
enum class storage_type : unsigned char { file, memory };
enum class discard_policy : unsigned char { old_messages, new_messages };
enum class store_compression : unsigned char { none, s2 };
/// Whether a stream confirms a message before it has written it: `async` does (server 2.12).
enum class persist_mode : unsigned char { standard, async };

/// Where the servers of a stream may be.
struct stream_placement {
  std::string cluster;
  std::vector<std::string> tags;

  friend bool operator==(const stream_placement&, const stream_placement&) = default;
};

/// Stored messages are published again, under another subject, to whoever listens.
struct republication {
  std::string source = ">";  ///< which of the stream's subjects
  std::string destination;
  bool headers_only = false;

  friend bool operator==(const republication&, const republication&) = default;
};

/// What the stream's consumers may have at most, and have unless they say less (server 2.10).
struct stream_consumer_limits {
  std::optional<duration> inactive_threshold;
  std::optional<std::int64_t> max_ack_pending;

  friend bool operator==(const stream_consumer_limits&, const stream_consumer_limits&) = default;
};

/// What a stream should be. Fields left empty keep what an existing stream has, and get the
/// server's default in a new one. Behind a field stands the first server that has it, if that is
/// later than 2.9; an older server is told nothing, and the caller gets `unsupported`.
struct stream_config {
  std::string name;
  std::vector<std::string> subjects;
  std::optional<retention_policy> retention;  ///< to and from work_queue: cannot be changed later
  std::optional<storage_type> storage;        ///< cannot be changed later
  std::optional<discard_policy> discard;
  std::optional<std::int64_t> max_messages;  ///< -1: no limit
  std::optional<std::int64_t> max_bytes;     ///< -1: no limit
  std::optional<duration> max_age;           ///< 0: for ever
  /// How long a second message with the same Nats-Msg-Id is recognised and not stored.
  std::optional<duration> duplicate_window;
  std::optional<int> replicas;

  std::optional<std::string> description;
  std::optional<std::int64_t> max_messages_per_subject;  ///< -1: no limit
  /// With discard new_messages and max_messages_per_subject: a full subject refuses, too.
  std::optional<bool> discard_new_per_subject;
  std::optional<std::int64_t> max_message_size;  ///< in bytes, with headers; -1: no limit
  std::optional<std::int64_t> max_consumers;     ///< -1: no limit
  std::optional<stream_placement> placement;
  std::optional<stream_source> mirror;  ///< a copy of another stream; then without subjects
  std::vector<stream_source> sources;   ///< streams whose messages are taken in as well
  std::optional<bool> no_ack;           ///< publications are not confirmed
  std::optional<bool> sealed;           ///< for good: nothing comes in, nothing goes out
  std::optional<bool> deny_delete;      ///< for good: no message can be deleted
  std::optional<bool> deny_purge;       ///< for good
  std::optional<bool> allow_rollup;     ///< Nats-Rollup replaces what is before it
  std::optional<bool> allow_direct;     ///< every replica answers direct gets
  std::optional<bool> mirror_direct;    ///< the mirrors do as well
  std::optional<republication> republish;

  std::optional<store_compression> compression;                ///< 2.10
  std::optional<std::uint64_t> first_sequence;                 ///< 2.10; when it is made
  std::optional<subject_transform> transform;                  ///< 2.10; before storing
  std::optional<stream_consumer_limits> consumer_limits;       ///< 2.10
  std::optional<std::map<std::string, std::string>> metadata;  ///< 2.10

  std::optional<bool> allow_message_ttl;              ///< 2.11; cannot be taken back
  std::optional<duration> subject_delete_marker_ttl;  ///< 2.11

  std::optional<bool> allow_message_counter;    ///< 2.12; cannot be changed later
  std::optional<bool> allow_atomic_publish;     ///< 2.12
  std::optional<bool> allow_message_schedules;  ///< 2.12; cannot be taken back
  std::optional<nats::persist_mode> persist;    ///< 2.12; cannot be changed later
};

}  // namespace weir::nats
