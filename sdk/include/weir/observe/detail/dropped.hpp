// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/observe/counter.hpp"

namespace weir::detail {

/// `weir_log_dropped_total`: lines that found no room, counted by the log.
const counter& log_lines_dropped();

/// `weir_trace_spans_dropped_total`: spans that found no room, or no one who took them, counted by
/// who exports traces.
const counter& trace_spans_dropped();

}  // namespace weir::detail
