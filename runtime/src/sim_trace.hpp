// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/clock.hpp"
#include "weir/detail/promise.hpp"
#include "weir/detail/split_mix.hpp"

namespace weir::detail {

/// The hash over what happened in a simulation. Nothing enters it that another process may have
/// otherwise, such as an address.
class sim_trace {
 public:
  std::uint64_t hash() const noexcept { return hash_; }

  void resumed(task_id task, time_point now) noexcept {
    add(task);
    add(static_cast<std::uint64_t>(now.time_since_epoch().count()));
  }
  void completed(std::uint8_t kind, int result) noexcept {
    add(kind);
    add(static_cast<std::uint64_t>(result));
  }

 private:
  void add(std::uint64_t word) noexcept {
    hash_ = split_mix::mix(hash_ + 0x9e3779b97f4a7c15U) ^ word;
    hash_ = split_mix::mix(hash_);
  }

  std::uint64_t hash_ = 0;
};

}  // namespace weir::detail
