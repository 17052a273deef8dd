// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "weir/observe/detail/metric_cell.hpp"

namespace weir::detail {

/// Counts the cell of an owner, who reads it as well, among those of a series: both have one count.
/// What it counted stays in the series when it ends, which is before the cell does.
class metric_part {
 public:
  metric_part(const series_handle& of, const metric_cell& counted);
  metric_part(metric_part&& other) noexcept
      : of_(std::exchange(other.of_, nullptr)), counted_(other.counted_) {}
  metric_part& operator=(metric_part&&) = delete;
  ~metric_part();

 private:
  metric_series* of_;
  const metric_cell* counted_;
};

/// Values of a series that are looked up when they are exported: see gauge_source.
class metric_source {
 public:
  /// Puts what is the case into the slots, which are zero: one, or those of a histogram, which are
  /// its buckets' and the bits of its sum. Must not throw, nor use metrics.
  using reading = std::function<void(std::span<std::uint64_t> slots)>;

  metric_source(const series_handle& of, reading look);
  metric_source(metric_source&&) noexcept;
  metric_source& operator=(metric_source&&) = delete;
  ~metric_source();

  /// In sdk/observe/metrics_family.hpp.
  struct state;

 private:
  std::unique_ptr<state> state_;
};

}  // namespace weir::detail
