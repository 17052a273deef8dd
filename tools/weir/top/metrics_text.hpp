// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::top {

inline constexpr std::size_t samples_max = 200'000;

/// One line of a page of metrics.
struct sample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels = {};
  double value = 0;

  /// The label's value; empty without it.
  std::string_view label(std::string_view name_of) const noexcept;
};

/// What a page of metrics says.
struct scrape {
  std::vector<sample> samples;
  std::uint64_t bad_lines = 0;  ///< that are none of the format, or beyond samples_max

  /// All values of a name added up; 0 where it is not there.
  double sum(std::string_view name) const noexcept;
  double max(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept;
};

/// Reads the text formats of Prometheus and OpenMetrics. A line that is wrong is counted and left
/// out, whatever it has; times and exemplars are passed over.
scrape parse_metrics(std::string_view text);

}  // namespace weir::top
