// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/detail/dropped.hpp"

namespace weir::detail {

const counter& log_lines_dropped() {
  static const counter lines("weir_log_dropped_total", "Lines of the log that found no room.");
  return lines;
}

const counter& trace_spans_dropped() {
  static const counter spans("weir_trace_spans_dropped_total",
                             "Spans that found no room, or no one who took them.");
  return spans;
}

}  // namespace weir::detail
