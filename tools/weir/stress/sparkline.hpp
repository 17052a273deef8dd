// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace weir::tools {

/// The last `columns` values as bars of one line, the highest as the largest; zero is a space.
std::string sparkline(std::span<const double> values, std::size_t columns);

}  // namespace weir::tools
