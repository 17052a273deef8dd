// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string_view>

#include "weir/observe/detail/metric_part.hpp"
#include "weir/observe/metrics_registry.hpp"

namespace weir {
namespace detail {
class metric_family;
}

/// A number of events that only grows, for /metrics.
///
///     static weir::counter orders("order_processed_total", "Orders that were processed.");
///     ...
///     orders.add();
///
/// Any thread may count: each has a cell of its own, so that an addition is no more than that. A
/// handle, which is copied freely; the count belongs to the registry, and starts at 0.
class counter {
 public:
  /// Throws `invalid_argument`, with the remedy, for a name that Prometheus would not take or that
  /// is taken, one that does not end in `_total`, and for a help text that says nothing. At
  /// namespace scope that ends the program before main(), with the text on standard error.
  counter(std::string_view name, std::string_view help,
          metrics_registry& in = metrics_registry::global());

  void add(std::uint64_t amount = 1) const noexcept { *series_.here() += amount; }

  /// For weir's own classes.
  explicit counter(detail::series_handle series) noexcept : series_(series) {}
  const detail::series_handle& series() const noexcept { return series_; }

 private:
  detail::series_handle series_;
};

/// Counters of one name that are told apart by labels.
///
///     static weir::counter_family orders("orders_total", "Orders that came.", {"country"});
///     ...
///     orders.with({"ch"}).add();
///
/// The values of a label must be few: see metrics_registry::series_max.
class counter_family {
 public:
  /// Throws as counter does, and for the names of labels.
  counter_family(std::string_view name, std::string_view help,
                 std::initializer_list<std::string_view> labels,
                 metrics_registry& in = metrics_registry::global());

  /// The counter with these values, in the order of the labels; made where there is none. Looks for
  /// it under a lock, so what counts often keeps what it was given. Throws `invalid_argument` where
  /// there are more or fewer values than labels. Of a value no more than 128 bytes are kept, and
  /// bytes that are not UTF-8 become "?".
  counter with(std::initializer_list<std::string_view> values) const;

 private:
  detail::metric_family* family_;
};

/// Lets a counter give a number that somebody else counts, for as long as this lives.
///
/// What it gave last stays in the counter when it ends. See gauge_source for when it is asked.
class counter_source {
 public:
  counter_source(const counter& of, std::function<std::uint64_t()> count);

 private:
  detail::metric_source source_;
};

}  // namespace weir
