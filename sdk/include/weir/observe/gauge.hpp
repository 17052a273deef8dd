// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <initializer_list>
#include <string_view>

#include "weir/observe/detail/metric_part.hpp"
#include "weir/observe/metrics_registry.hpp"

namespace weir {
namespace detail {
class metric_family;
}

/// A number that goes up and down, for /metrics.
///
///     static weir::gauge price("tea_price_francs", "What a pound of tea costs.");
///     ...
///     price.set(12.5);
///
/// Any thread may set it; the last one wins. A handle, as counter is. What changes often, or is
/// known anyway (the length of a queue), is better looked up when somebody wants to know: see
/// gauge_source.
class gauge {
 public:
  /// Throws as counter does, for a name that ends in `_total`, `_count`, `_sum` or `_bucket`.
  gauge(std::string_view name, std::string_view help,
        metrics_registry& in = metrics_registry::global());

  void set(double value) const noexcept;

  /// For weir's own classes.
  explicit gauge(detail::series_handle series) noexcept : series_(series) {}
  const detail::series_handle& series() const noexcept { return series_; }

 private:
  detail::series_handle series_;
};

/// Gauges of one name that are told apart by labels: see counter_family.
class gauge_family {
 public:
  gauge_family(std::string_view name, std::string_view help,
               std::initializer_list<std::string_view> labels,
               metrics_registry& in = metrics_registry::global());

  gauge with(std::initializer_list<std::string_view> values) const;

 private:
  detail::metric_family* family_;
};

/// Looks up what a gauge gives, for as long as this lives.
///
///     static weir::gauge depth("queue_depth", "Orders that wait.");
///     ...
///     weir::gauge_source source_{depth, [this] { return double(waiting_.size()); }};
///
/// `value()` is called by write_metrics() when that runs on the thread on which this was made, so
/// it may read what belongs to a loop. Where another thread writes the metrics, the value is the
/// one of the last such call. It must be short, and neither throw nor use metrics. Several sources
/// of one gauge are added up.
class gauge_source {
 public:
  gauge_source(const gauge& of, std::function<double()> value);

 private:
  detail::metric_source source_;
};

}  // namespace weir
