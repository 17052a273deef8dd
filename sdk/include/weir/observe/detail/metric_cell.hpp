// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace weir::detail {

/// A number that one thread writes, by plain additions, and any thread may read.
class metric_cell {
 public:
  metric_cell() = default;
  metric_cell(const metric_cell&) = delete;
  metric_cell& operator=(const metric_cell&) = delete;

  metric_cell& operator+=(std::uint64_t more) noexcept {
    value_.store(value() + more, std::memory_order_relaxed);
    return *this;
  }
  metric_cell& operator++() noexcept { return *this += 1; }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  /// The same for one that keeps the bits of a real number.
  void add_real(double more) noexcept {
    const double now = std::bit_cast<double>(value()) + more;
    value_.store(std::bit_cast<std::uint64_t>(now), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// One line, or one histogram, of what is exported; in sdk/observe/metrics_family.hpp.
struct metric_series;

/// The cells of the calling thread by the numbers of their series; null for those it has not got.
struct thread_cells {
  metric_cell* const* first = nullptr;
  std::size_t count = 0;
};
inline constinit thread_local thread_cells cells_here{};

/// Gives the calling thread its cells of a series.
metric_cell* make_cells_here(metric_series& of) noexcept;

/// Where a thread finds its cells of one series. Series live as long as their registry.
class series_handle {
 public:
  series_handle(metric_series& of, std::size_t number) noexcept : of_(&of), number_(number) {}

  /// The first of the cells that the calling thread writes.
  metric_cell* here() const noexcept {
    if (number_ < cells_here.count) [[likely]] {
      if (metric_cell* const mine = cells_here.first[number_]; mine != nullptr) return mine;
    }
    return make_cells_here(*of_);
  }
  metric_series& series() const noexcept { return *of_; }

 private:
  metric_series* of_;
  std::size_t number_;
};

}  // namespace weir::detail
