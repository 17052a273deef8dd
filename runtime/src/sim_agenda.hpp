// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "weir/clock.hpp"

namespace weir::detail {

/// What is to happen in a simulation and when, and the clock that this moves.
class sim_agenda {
 public:
  time_point now() const noexcept { return now_; }
  bool empty() const noexcept { return entries_.empty(); }
  /// When the next entry is due; the end of time when there is none.
  time_point next() const noexcept;

  /// `what` happens at `when`, or in the next moment where that has passed; after all that was
  /// entered for the same moment before.
  void at(time_point when, std::function<void()> what);
  /// Moves the clock on to `moment`, never back, and does what is due then.
  void advance(time_point moment);

 private:
  struct place {
    time_point when;
    std::uint64_t number;
    auto operator<=>(const place&) const = default;
  };

  time_point now_{};
  std::uint64_t last_number_ = 0;
  std::map<place, std::function<void()>> entries_;
};

}  // namespace weir::detail
