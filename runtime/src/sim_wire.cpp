// SPDX-License-Identifier: Apache-2.0
#include "sim_wire.hpp"

#include <utility>

namespace weir::detail {

time_point sim_wire::arrival(const std::string& from, const std::string& to) {
  const sim_faults& faults = network_->faults(from, to);
  return agenda_->now() + dice_->between(faults.delay_least, faults.delay_most);
}

void sim_wire::send(const std::string& from, const std::string& to, std::function<void()> arrive) {
  agenda_->at(arrival(from, to),
              [this, moving = packet{from, to, std::move(arrive)}] { try_arrival(moving); });
}

void sim_wire::try_arrival(packet moving) {
  if (is_cut(moving.from, moving.to)) {
    stopped_.push_back(std::move(moving));
  } else {
    moving.arrive();
  }
}

void sim_wire::heal() {
  for (const packet& stopped : std::exchange(stopped_, {})) {
    send(stopped.from, stopped.to, stopped.arrive);
  }
}

}  // namespace weir::detail
