// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::detail {

/// How many spans a collector says it has refused of those that it was sent: an
/// ExportTraceServiceResponse as JSON. Zero where the body says nothing of it, or is no such thing:
/// its status has said that they were taken.
std::uint64_t rejected_spans(std::string_view body);

}  // namespace weir::detail
