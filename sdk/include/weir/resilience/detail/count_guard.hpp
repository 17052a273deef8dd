// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace weir::detail {

/// One more of something for as long as this lives.
class count_guard {
 public:
  explicit count_guard(std::size_t& count) noexcept : count_(count) { ++count_; }
  ~count_guard() { --count_; }
  count_guard(const count_guard&) = delete;
  count_guard& operator=(const count_guard&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace weir::detail
