// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim_agenda.hpp"
#include "sim_dice.hpp"
#include "weir/sim_network.hpp"

namespace weir::detail {

/// Carries what goes from host to host in a simulation: late, as its faults want, and not at all
/// while the way is cut.
class sim_wire {
 public:
  sim_wire(sim_agenda& agenda, const sim_network& network, sim_dice& dice) noexcept
      : agenda_(&agenda), network_(&network), dice_(&dice) {}

  /// When what is sent now would arrive.
  time_point arrival(const std::string& from, const std::string& to);
  bool is_cut(const std::string& from, const std::string& to) const {
    return network_->is_cut(from, to);
  }
  /// Calls `arrive` then, or after the way was cut, later.
  void send(const std::string& from, const std::string& to, std::function<void()> arrive);
  /// Sends again what could not arrive.
  void heal();

 private:
  struct packet {
    std::string from;
    std::string to;
    std::function<void()> arrive;
  };

  void try_arrival(packet moving);

  sim_agenda* agenda_;
  const sim_network* network_;
  sim_dice* dice_;
  std::vector<packet> stopped_;  // By a cut, in the order of their sending.
};

}  // namespace weir::detail
