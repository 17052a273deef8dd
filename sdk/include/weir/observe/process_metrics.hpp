// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace weir {

/// The metrics of the process, for as long as this lives: the `process_*` that Prometheus' own
/// clients have. Read from the kernel at each look, by some small files below /proc/self.
///
/// A service has one. Asked on the thread on which it was made: see gauge_source.
class process_metrics {
 public:
  process_metrics();
  process_metrics(const process_metrics&) = delete;
  process_metrics& operator=(const process_metrics&) = delete;
  ~process_metrics();

 private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace weir
