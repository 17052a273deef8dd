// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/cluster_info.hpp"
#include "weir/nats/consumer_config.hpp"

namespace weir::nats {

/// One priority group of a consumer, and the client that it is pinned to; empty for none.
struct priority_group_info {
  std::string group;
  std::string pinned_client;
};

/// What a consumer is, and where it stands now.
struct consumer_info {
  std::string stream;
  std::string name;
  duration ack_wait{};
  std::int64_t max_deliver = -1;
  std::int64_t max_ack_pending = -1;
  std::uint64_t delivered_stream_sequence = 0;  ///< of the last delivered message
  std::uint64_t ack_floor_stream_sequence = 0;  ///< all up to here are acknowledged
  std::uint64_t pending = 0;                    ///< messages not delivered yet
  std::uint64_t ack_pending = 0;                ///< delivered, not acknowledged
  std::uint64_t redelivered = 0;                ///< of those, delivered more than once
  std::uint64_t waiting_pulls = 0;

  std::uint64_t delivered_consumer_sequence = 0;  ///< counts the deliveries
  std::uint64_t ack_floor_consumer_sequence = 0;
  timestamp created;
  bool is_paused = false;
  duration pause_remaining{};
  consumer_config config;  ///< every field that the server names and weir knows
  cluster_info cluster;
  std::vector<priority_group_info> priority_groups;
};

}  // namespace weir::nats
