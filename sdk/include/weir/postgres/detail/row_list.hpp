// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace weir::postgres::detail {

/// Rows in their order, one behind the other or each wherever it is; they are not its own.
template <class Row>
class row_list {
 public:
  row_list(std::span<const Row> together) noexcept
      : together_(together.data()), size_(together.size()) {}
  row_list(std::span<const Row* const> scattered) noexcept
      : scattered_(scattered.data()), size_(scattered.size()) {}

  std::size_t size() const noexcept { return size_; }
  const Row& operator[](std::size_t number) const noexcept {
    return scattered_ != nullptr ? *scattered_[number] : together_[number];
  }

 private:
  const Row* together_ = nullptr;
  const Row* const* scattered_ = nullptr;
  std::size_t size_;
};

}  // namespace weir::postgres::detail
