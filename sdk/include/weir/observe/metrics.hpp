// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "weir/observe/metrics_registry.hpp"

namespace weir {

/// In which form metrics are written.
enum class metrics_format : unsigned char {
  prometheus,   ///< Prometheus' text, version 0.0.4.
  openmetrics,  ///< OpenMetrics, version 1.0.0: with units, and with exemplars.
};

/// The form that is wanted by who sends the `Accept` header; prometheus where it says nothing, or
/// nothing that is known.
metrics_format choose_metrics_format(std::string_view accept) noexcept;

/// The value of the `Content-Type` header.
std::string_view content_type(metrics_format format) noexcept;

/// All metrics, as they are now: what /metrics answers.
///
/// `only` chooses by the name that follows `# TYPE`: a name, or its beginning with a `*` behind it;
/// empty for all. From any thread; sources are asked only on their own, see gauge_source. Blocks no
/// one who counts, but for an instant who does so for the first time. A thousandth of a second for
/// some thousand lines.
std::string write_metrics(metrics_format format, std::string_view only = {},
                          const metrics_registry& of = metrics_registry::global());

}  // namespace weir
