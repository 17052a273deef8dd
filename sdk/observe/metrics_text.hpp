// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metrics_family.hpp"
#include "weir/observe/metrics.hpp"

namespace weir::detail {

/// Writes metrics as text, one family after the other.
class metrics_text {
 public:
  explicit metrics_text(metrics_format format) : is_open_(format == metrics_format::openmetrics) {}

  void add(metric_family& one);
  /// What was added, with its end.
  std::string take();

 private:
  void add_head(const metric_description& about);
  void add_histogram(const metric_description& about, const metric_series& one,
                     const std::vector<std::uint64_t>& slots);
  /// `name_ending{labels,le="bound"} `
  void add_name(const metric_description& about, std::string_view ending,
                const metric_series& series, std::string_view bound = {});
  void add_exemplar(const kept_exemplar& one);
  void add(double value);
  void add(std::uint64_t value);
  /// A bound as the format wants it.
  std::string bound_text(double bound) const;

  const bool is_open_;
  std::string text_;
};

}  // namespace weir::detail
