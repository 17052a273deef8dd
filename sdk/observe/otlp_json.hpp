// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "span_record.hpp"
#include "weir/observe/tracer_settings.hpp"

namespace weir::detail {

// Spans in the JSON of OTLP: an ExportTraceServiceRequest by protobuf's JSON mapping with what OTLP
// changes of that. Ids are hexadecimal, integers of 64 bits are strings, enums numbers, names
// lowerCamelCase; what is not UTF-8 in a text is replaced by U+FFFD.

/// What stands in front of all spans of a program: who it is.
std::string otlp_begin(const tracer_settings& settings);
void append_otlp_span(std::string& to, const span_record& one);
/// What stands behind them.
inline constexpr std::string_view otlp_end = "]}]}]}";

}  // namespace weir::detail
