// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "weir/error.hpp"
#include "weir/observe/metrics.hpp"

namespace weir::test {

/// The lines of the text, without comments, that are of the metric.
inline std::vector<std::string> lines_of(std::string_view name, const metrics_registry& of,
                                         metrics_format format = metrics_format::prometheus) {
  std::istringstream text(write_metrics(format, {}, of));
  std::vector<std::string> found;
  for (std::string line; std::getline(text, line);) {
    const std::string_view rest = std::string_view(line).substr(std::min(name.size(), line.size()));
    const bool ends_there = rest.starts_with('{') || rest.starts_with(' ');
    if (line.starts_with(name) && ends_there) found.push_back(line);
  }
  return found;
}

/// What stands behind `series`, which is all of a line up to its value; "none" where it is not
/// there, "many" where it is more than once.
inline std::string value_of(std::string_view series, const metrics_registry& of,
                            metrics_format format = metrics_format::prometheus) {
  const auto found = lines_of(series, of, format);
  if (found.empty()) return "none";
  return found.size() == 1 ? found.front().substr(series.size() + 1) : "many";
}

}  // namespace weir::test
