// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <ostream>
#include <string>

#include "list.hpp"

namespace weir::dlq {

/// How many letters have a cause in common, and since when.
struct cause_group {
  std::uint64_t count = 0;
  timestamp first;
  timestamp last;
  std::uint64_t last_sequence = 0;
  std::string subject;  ///< "orders.created", or "several"
};

/// Counts letters by their cause_pattern(), in as much memory as there are kinds of causes.
class cause_summary {
 public:
  /// More causes than this are counted together, as `other_causes`.
  static constexpr std::size_t causes_max = 1000;
  static constexpr const char* other_causes = "(other causes)";

  void add(const letter& one);
  const std::map<std::string, cause_group>& groups() const noexcept { return groups_; }

 private:
  std::map<std::string, cause_group> groups_;
};

/// Prints how many letters of each stream have which cause, the most frequent first.
task<> list_by_cause(nats::jetstream on, list_options wanted, std::ostream& out);

}  // namespace weir::dlq
