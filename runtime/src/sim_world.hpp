// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "sim_address_book.hpp"
#include "sim_trace.hpp"
#include "sim_wire.hpp"
#include "weir/driver.hpp"

namespace weir::detail {

class buffer_pool;

/// What the sockets of a simulation stand on.
struct sim_world {
  sim_agenda& agenda;
  const sim_network& network;
  sim_wire& wire;
  sim_dice& dice;
  sim_address_book& addresses;
  sim_trace& trace;
  driver_counters& counters;
  std::vector<io_work*>& cancelling;  // Operations that will be cancelled if they do not end.
  std::function<buffer_pool*()> buffers;
  int& last_number;  // Of a descriptor.
};

/// Tells an operation of a simulation what came of it.
void report(const sim_world& world, io_work& operation, const io_completion& completion) noexcept;
/// Ends it.
void complete(const sim_world& world, io_work& operation, int result) noexcept;

}  // namespace weir::detail
