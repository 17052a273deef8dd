// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "epoll_driver.hpp"

namespace weir::test {

/// Counts how often a task goes on, and sends its process a signal when it has counted so far.
class disturbed_driver final : public epoll_driver, private detail::ready_order {
 public:
  /// `at` 0: never.
  disturbed_driver(std::uint64_t at, int signal) noexcept : at_(at), signal_(signal) {}

  std::uint64_t count() const noexcept { return count_; }

 private:
  detail::ready_order* order() noexcept override { return this; }
  detail::ready_item* next(detail::ready_queue& waiting) noexcept override;
  bool holds(const detail::promise_base&) const noexcept override { return false; }

  std::uint64_t at_;
  int signal_;
  std::uint64_t count_ = 0;
};

}  // namespace weir::test
