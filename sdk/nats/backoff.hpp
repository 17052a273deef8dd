// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "weir/clock.hpp"

namespace weir::nats::detail {

struct backoff_limits {
  duration first;
  duration longest;
};

/// How long to wait after the failed attempt number `attempt` (from 0): anything up to a span that
/// doubles each time ("full jitter"), so that many clients do not come back at the same moment.
inline duration backoff(const backoff_limits& limits, unsigned attempt, std::uint64_t random) {
  constexpr unsigned doublings_max = 20;
  const duration span =
      std::min<duration>(limits.longest, limits.first * (1LL << std::min(attempt, doublings_max)));
  return duration(static_cast<std::int64_t>(random % static_cast<std::uint64_t>(span.count())));
}

}  // namespace weir::nats::detail
