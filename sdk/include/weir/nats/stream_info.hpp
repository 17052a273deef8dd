// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/cluster_info.hpp"
#include "weir/nats/stream_config.hpp"

namespace weir::nats {

/// How far a stream is with another one that it mirrors or takes from.
struct stream_source_info {
  std::string name;
  std::uint64_t lag = 0;  ///< messages that it is behind
  duration silent_for{};  ///< since it last heard of it; negative: it never did
};

/// What a stream is and holds now.
struct stream_info {
  std::string name;
  std::vector<std::string> subjects;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t consumers = 0;

  timestamp created;
  std::optional<timestamp> first_time;  ///< of its first message; empty without one
  std::optional<timestamp> last_time;
  std::uint64_t deleted = 0;        ///< sequences between first and last that hold nothing
  std::uint64_t subject_count = 0;  ///< subjects that have messages
  stream_config config;             ///< every field that the server names and weir knows
  cluster_info cluster;
  std::optional<stream_source_info> mirror;
  std::vector<stream_source_info> sources;
};

}  // namespace weir::nats
