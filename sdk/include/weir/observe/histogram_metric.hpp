// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "weir/clock.hpp"
#include "weir/observe/detail/metric_cell.hpp"
#include "weir/observe/metrics_registry.hpp"

namespace weir {
namespace detail {
class metric_family;
}

/// The upper ends of buckets for what a service does in a loop: a quarter of a millisecond to ten
/// seconds.
std::vector<double> latency_buckets();

/// One value among those of a bucket that can be looked at more closely: its trace.
struct exemplar {
  std::array<std::byte, 16> trace_id;
  std::array<std::byte, 8> span_id;
};

/// How often values of which size came, for /metrics; weir::histogram is for quantiles in a
/// program.
///
///     static weir::histogram_metric paid("payment_duration_seconds", "How long paying took.");
///     ...
///     paid.record(loop.now() - begun);
///
/// Any thread may record, without disturbing another. A handle, as counter is.
class histogram_metric {
 public:
  /// How many bounds there are at most.
  static constexpr std::size_t bounds_max = 64;

  /// `bounds` are the upper ends of the buckets, ascending; one for all that is larger is added.
  /// Throws as counter does, for a name that ends in `_total`, `_count`, `_sum` or `_bucket`, and
  /// for bounds that cannot be.
  histogram_metric(std::string_view name, std::string_view help,
                   const std::vector<double>& bounds = latency_buckets(),
                   metrics_registry& in = metrics_registry::global());

  void record(double value) const noexcept {
    detail::metric_cell* const cells = series_.here();
    ++cells[bucket_of(value)];
    cells[bounds_.size() + 1].add_real(value);
  }
  /// In seconds.
  void record(duration value) const noexcept { record(seconds(value)); }
  /// The same, and keeps the trace as the example of its bucket; for the few that are traced.
  void record(double value, const exemplar& by) const noexcept;
  void record(duration value, const exemplar& by) const noexcept { record(seconds(value), by); }

  /// For weir's own classes.
  histogram_metric(detail::series_handle series, std::span<const double> bounds) noexcept
      : series_(series), bounds_(bounds) {}
  const detail::series_handle& series() const noexcept { return series_; }

 private:
  static double seconds(duration value) noexcept {
    return static_cast<double>(value.count()) * 1e-9;
  }
  std::size_t bucket_of(double value) const noexcept {
    std::size_t bucket = 0;
    while (bucket < bounds_.size() && !(value <= bounds_[bucket])) ++bucket;
    return bucket;
  }

  detail::series_handle series_;
  std::span<const double> bounds_;
};

/// Histograms of one name that are told apart by labels: see counter_family.
class histogram_family {
 public:
  histogram_family(std::string_view name, std::string_view help,
                   std::initializer_list<std::string_view> labels,
                   const std::vector<double>& bounds = latency_buckets(),
                   metrics_registry& in = metrics_registry::global());

  histogram_metric with(std::initializer_list<std::string_view> values) const;

 private:
  detail::metric_family* family_;
};

}  // namespace weir
