// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "service_process.hpp"
#include "weir/event/json.hpp"

namespace weir::orders {

/// What a weir service says about itself when it ends.
struct service_summary {
  std::string driver;
  std::uint64_t processed, redelivered, dead_lettered, given_back, published, duplicates_refused;
  double p50_ms, p99_ms, cpu_seconds;
  std::int64_t peak_memory_kib;
};

/// The summary of a service that has ended in an orderly way.
inline service_summary summary_of(const service_process& ended) {
  return json::decode<service_summary>(ended.report()).value();
}

}  // namespace weir::orders
