// SPDX-License-Identifier: Apache-2.0
#include "stress_report.hpp"

namespace weir::tools {

phase_result stress_report::total() const {
  phase_result all;
  for (const phase_result& one : phases) {
    all.wanted.span += one.wanted.span;
    all.sent += one.sent;
    all.confirmed += one.confirmed;
    all.failed += one.failed;
    all.events += one.events;
    all.confirmation.add(one.confirmation);
    all.event.add(one.event);
  }
  return all;
}

bool stress_report::is_good() const {
  std::uint64_t planned = 0;
  for (const phase_result& one : phases) planned += one.wanted.arrivals();
  const phase_result all = total();
  return !was_stopped && all.confirmed == planned && unanswered == 0;
}

}  // namespace weir::tools
