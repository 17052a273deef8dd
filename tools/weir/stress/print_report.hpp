// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "stress_report.hpp"

namespace weir::tools {

/// The table at the end of a load: a row for each phase, and what went wrong.
void print_report(const stress_report& of, std::ostream& out);

/// The whole report as one JSON object.
std::string json_of(const stress_report& of);

/// The distribution of what the load waited for, as HdrHistogram's plotter reads it: milliseconds.
std::string hgrm_of(const latency_histogram& of);

/// What the load waited for: the results, or else the confirmations.
const latency_histogram& measured(const stress_report& of, const phase_result& in);

}  // namespace weir::tools
