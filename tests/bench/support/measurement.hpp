// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace weir::bench {

/// One line of the table; the fields of an element of build/bench.json.
struct measurement {
  std::string suite = {};
  std::string name = {};
  double value = 0;
  std::string unit = {};
  std::optional<std::string> peer = {};
  std::optional<double> peer_value = {};
  std::optional<double> ratio = {};  ///< value / peer_value
  std::optional<double> reach = {};  ///< Of the ratio, or of the value where that is the mark.
  std::optional<bool> met = {};
};

/// The middle one; of an even number the upper of the two. `values` is not empty.
double median_of(std::vector<double> values);

void print_table(const std::vector<measurement>& lines);

/// Writes the lines into build/bench.json, in place of those of the same suite; lines of other
/// suites stay. Throws when the file cannot be written or holds something else.
void write_results(const std::vector<measurement>& lines);

}  // namespace weir::bench
