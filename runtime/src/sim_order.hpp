// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "sim_agenda.hpp"
#include "sim_dice.hpp"
#include "sim_trace.hpp"
#include "weir/detail/ready_item.hpp"
#include "weir/sim_driver.hpp"

namespace weir::detail {

/// The order of a simulation's ready tasks; what it chooses enters the trace.
///
/// The loop takes the ready queue for empty when nothing is in it, so while tasks are left an order
/// that keeps some for itself leaves one there.
class sim_ready_order : public ready_order {
 public:
  static std::unique_ptr<sim_ready_order> make(const sim_options& options, const sim_dice& dice,
                                               const sim_agenda& clock, sim_trace& trace);
  sim_ready_order(const sim_agenda& clock, sim_trace& trace) noexcept
      : clock_(&clock), trace_(&trace) {}
  virtual ~sim_ready_order() = default;

  ready_item* next(ready_queue& waiting) noexcept final;

 protected:
  virtual ready_item* choose(ready_queue& waiting) = 0;

 private:
  const sim_agenda* clock_;
  sim_trace* trace_;
};

}  // namespace weir::detail
