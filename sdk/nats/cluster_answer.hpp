// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "weir/nats/cluster_info.hpp"

namespace weir::nats::detail {

/// A peer as the server's answers name it.
struct peer_answer {
  std::string name;
  std::optional<bool> current;
  std::optional<bool> offline;
  std::optional<std::int64_t> active;
  std::optional<std::uint64_t> lag;
};

struct cluster_answer {
  std::optional<std::string> name;
  std::optional<std::string> leader;
  std::optional<std::vector<peer_answer>> replicas;
};

inline cluster_info info_of(const std::optional<cluster_answer>& answer) {
  cluster_info info;
  if (!answer) return info;
  info.name = answer->name.value_or("");
  info.leader = answer->leader.value_or("");
  for (const peer_answer& one : answer->replicas.value_or(std::vector<peer_answer>()))
    info.replicas.push_back({.name = one.name,
                             .is_current = one.current.value_or(false),
                             .is_offline = one.offline.value_or(false),
                             .silent_for = duration(one.active.value_or(0)),
                             .lag = one.lag.value_or(0)});
  return info;
}

}  // namespace weir::nats::detail
