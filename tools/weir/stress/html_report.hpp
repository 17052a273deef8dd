// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "stress_report.hpp"

namespace weir::tools {

/// A page with the report's table and plots, in one file that needs nothing from outside.
std::string html_of(const stress_report& of);

}  // namespace weir::tools
