// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace weir {

/// The metrics of the calling thread's loop, for as long as this lives: `weir_loop_*`,
/// `weir_sqe_submitted_total` and `weir_cqe_overflow_total`, each with the loop's number.
///
/// A service has one for its loop. Made and destroyed on the loop's thread, and asked there: see
/// gauge_source.
class loop_metrics {
 public:
  loop_metrics();
  loop_metrics(const loop_metrics&) = delete;
  loop_metrics& operator=(const loop_metrics&) = delete;
  ~loop_metrics();

 private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace weir
