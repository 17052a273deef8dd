// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/clock.hpp"
#include "weir/timestamp.hpp"

namespace weir::nats {

/// Where a new consumer begins.
enum class deliver_policy : unsigned char {
  all,
  last,
  new_messages,
  by_start_sequence,  ///< with start_sequence
  by_start_time,      ///< with start_time
  last_per_subject,   ///< with a filter
};

enum class ack_policy : unsigned char { none, all, explicit_ack };
enum class replay_policy : unsigned char { instant, original };
/// How the clients of a consumer's priority group share it.
enum class priority_policy : unsigned char { none, overflow, pinned_client, prioritized };

/// What a pull consumer should be. Fields left empty keep what an existing consumer has, and get
/// the server's default in a new one, which acknowledges explicitly. Behind a field stands the
/// first server that has it, if that is later than 2.9; on an older one the caller gets
/// `unsupported`.
struct consumer_config {
  std::string durable;  ///< its name; empty for an ephemeral one
  std::optional<std::string> filter_subject;
  std::optional<deliver_policy> deliver;  ///< cannot be changed later
  /// A message that is not acknowledged for so long is delivered again.
  std::optional<duration> ack_wait;
  /// How often a message is delivered at most; -1: no limit.
  std::optional<std::int64_t> max_deliver;
  /// How many messages are delivered and not yet acknowledged at most, over all clients.
  std::optional<std::int64_t> max_ack_pending;

  std::optional<std::string> description;
  std::optional<ack_policy> ack;                ///< cannot be changed later
  std::optional<std::uint64_t> start_sequence;  ///< cannot be changed later
  std::optional<timestamp> start_time;          ///< cannot be changed later
  /// How long each further delivery is waited for, instead of ack_wait; fewer than max_deliver.
  std::vector<duration> backoff;
  std::optional<replay_policy> replay;          ///< cannot be changed later
  std::optional<std::uint64_t> rate_limit_bps;  ///< bits a second; push consumers only
  std::optional<std::string> sample_frequency;  ///< "100%": acknowledgements are advised of
  std::optional<std::int64_t> max_waiting;      ///< pulls at once; cannot be changed later
  std::optional<bool> headers_only;             ///< Nats-Msg-Size instead of the payload
  std::optional<std::int64_t> max_batch;        ///< the most messages that one pull may ask for
  std::optional<duration> max_expires;          ///< the longest that one pull may wait
  std::optional<std::int64_t> max_bytes;        ///< the most bytes that one pull may ask for
  /// Without a client for so long, the server removes it; an ephemeral one after 5 s by default.
  std::optional<duration> inactive_threshold;
  std::optional<int> replicas;         ///< 0: as its stream
  std::optional<bool> memory_storage;  ///< cannot be changed later

  std::vector<std::string> filter_subjects;                    ///< 2.10; not with filter_subject
  std::optional<std::map<std::string, std::string>> metadata;  ///< 2.10

  std::optional<timestamp> pause_until;      ///< 2.11
  std::vector<std::string> priority_groups;  ///< 2.11
  std::optional<priority_policy> priority;   ///< 2.11; prioritized: 2.12
  std::optional<duration> priority_timeout;  ///< 2.11; of a pinned client
};

}  // namespace weir::nats
