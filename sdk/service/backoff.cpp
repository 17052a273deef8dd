// SPDX-License-Identifier: Apache-2.0
#include "weir/service/backoff.hpp"

#include <algorithm>

namespace weir {

duration exponential::delay(std::uint64_t failures, std::uint64_t random) const noexcept {
  duration wait = std::min(base_, limit_);
  for (std::uint64_t doubled = 1; doubled < failures && wait < limit_; ++doubled) {
    wait = wait > limit_ / 2 ? limit_ : wait * 2;
  }
  if (!jitter_ || wait <= duration::zero()) return wait;
  return duration(1 + static_cast<std::int64_t>(random % static_cast<std::uint64_t>(wait.count())));
}

}  // namespace weir
