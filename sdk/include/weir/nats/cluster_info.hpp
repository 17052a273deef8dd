// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weir/clock.hpp"

namespace weir::nats {

/// One server that holds a copy and does not lead.
struct cluster_peer {
  std::string name;
  bool is_current = false;  ///< it has all that the leader has
  bool is_offline = false;
  duration silent_for{};  ///< since it was last heard of
  std::uint64_t lag = 0;  ///< operations that it is behind
};

/// Where a stream or consumer lives; empty on a server without a cluster.
struct cluster_info {
  std::string name;
  std::string leader;  ///< empty while there is none
  std::vector<cluster_peer> replicas;
};

}  // namespace weir::nats
