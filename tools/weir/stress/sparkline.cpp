// SPDX-License-Identifier: Apache-2.0
#include "sparkline.hpp"

#include <algorithm>
#include <cmath>

namespace weir::tools {

std::string sparkline(std::span<const double> values, std::size_t columns) {
  constexpr const char* bars[] = {" ",
                                  "\xe2\x96\x81",
                                  "\xe2\x96\x82",
                                  "\xe2\x96\x83",
                                  "\xe2\x96\x84",
                                  "\xe2\x96\x85",
                                  "\xe2\x96\x86",
                                  "\xe2\x96\x87",
                                  "\xe2\x96\x88"};
  constexpr double highest_bar = 8;
  const auto shown = values.last(std::min(columns, values.size()));
  const double highest = shown.empty() ? 0 : *std::ranges::max_element(shown);
  std::string line;
  for (const double value : shown) {
    const double height = highest > 0 ? std::ceil(value / highest * highest_bar) : 0;
    line += bars[static_cast<std::size_t>(std::clamp(height, 0.0, highest_bar))];
  }
  return line;
}

}  // namespace weir::tools
