// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "arrival_schedule.hpp"
#include "latency_histogram.hpp"

namespace weir::tools {

/// What one phase of a load came to.
struct phase_result {
  load_phase wanted;
  std::uint64_t sent = 0;
  std::uint64_t confirmed = 0;
  std::uint64_t failed = 0;
  std::uint64_t events = 0;        ///< results that came
  latency_histogram confirmation;  ///< from when a message was due to its confirmation
  latency_histogram event;         ///< from when it was due to its result
};

/// One second of a load, as it went.
struct second_result {
  double at = 0;          ///< seconds after the start, at its end
  double rate = 0;        ///< confirmations a second
  double event_rate = 0;  ///< results a second
  duration p50{};         ///< of what the load waits for: the result, or else the confirmation
  duration p99{};
  duration p999{};
  std::uint64_t in_flight = 0;
  std::optional<std::uint64_t> backlog;  ///< of the consumer that is watched
};

/// A fault as it happened, in seconds after the start.
struct fault_result {
  std::string name;  ///< "kill-nats"
  double at = 0;
  double over_at = 0;
};

/// A load and what it came to.
struct stress_report {
  std::string subject;
  std::string until_event;  ///< empty: only confirmations were waited for
  std::vector<phase_result> phases;
  std::vector<second_result> seconds;
  std::vector<fault_result> faults;
  std::uint64_t unanswered = 0;  ///< confirmed messages whose result never came
  std::uint64_t unrelated = 0;   ///< results of messages that are none of this load's
  std::map<std::string, std::uint64_t> failures;  ///< by their texts, the first few
  bool was_stopped = false;

  phase_result total() const;
  /// Everything that was planned was sent, confirmed, and had its result.
  bool is_good() const;
};

}  // namespace weir::tools
