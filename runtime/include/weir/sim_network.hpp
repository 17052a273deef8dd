// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "weir/clock.hpp"

namespace weir {

/// What goes wrong on the way from one host to another, and how often: probabilities from 0 to 1.
///
/// Unix sockets have short reads and short writes alone, and their datagrams nothing.
struct sim_faults {
  duration delay_least{};   ///< What is sent takes a time between these two, evenly spread; what
  duration delay_most{};    ///< one socket sends to another stays in order all the same.
  double short_reads = 0;   ///< A read gives a part of what is there.
  double short_writes = 0;  ///< A write takes a part of what there is room for.
  double resets = 0;        ///< A write breaks its connection; both ends learn it.
  double refusals = 0;      ///< A connect is refused though somebody listens.
  double losses = 0;        ///< A UDP datagram does not arrive.
  double duplicates = 0;    ///< A UDP datagram arrives twice, each time with a delay of its own.
  double reorderings = 0;   ///< A UDP datagram comes later by up to delay_most and 10 ms, and those
                            ///< that are sent after it do not wait for it.
};

/// The host that a socket of a simulation has when it connects, unbound, to one that is not itself.
inline constexpr std::string_view sim_host = "10.0.0.1";
inline constexpr std::string_view sim_host_6 = "fd00::1";

/// The network of a simulation, which a test can make worse and better while it runs.
///
/// Hosts are IP addresses in numbers; every address exists, and whoever binds it is there. A host
/// reaches itself always. One loop.
///
///     network.isolate("10.0.0.2");        // From here on nothing reaches the server.
///     co_await weir::sleep(1min);
///     network.heal();                     // What was sent meanwhile arrives.
class sim_network {
 public:
  /// `on_heal` is called when cuts have ended; for the driver.
  explicit sim_network(const sim_faults& faults, std::function<void()> on_heal);
  sim_network(const sim_network&) = delete;
  sim_network& operator=(const sim_network&) = delete;

  /// The faults between all hosts that have none of their own, from now on.
  void set_faults(const sim_faults& faults);
  /// The faults of what goes from one host to another, in this direction, from now on.
  void set_faults(std::string_view from, std::string_view to, const sim_faults& faults);

  /// Lets nothing pass from one host to the other, in this direction. What is sent, or under way,
  /// is kept and arrives after heal(); a connect waits. Datagrams are lost.
  void cut(std::string_view from, std::string_view to);
  /// cut() in both directions.
  void partition(std::string_view one, std::string_view other);
  /// Cuts a host off from all others.
  void isolate(std::string_view host);
  /// Ends every cut, partition and isolation.
  void heal();

  const sim_faults& faults(const std::string& from, const std::string& to) const;
  bool is_cut(const std::string& from, const std::string& to) const;

 private:
  using direction = std::pair<std::string, std::string>;

  sim_faults faults_;
  std::map<direction, sim_faults> own_faults_;
  std::set<direction> cuts_;
  std::set<std::string> isolated_;
  std::function<void()> on_heal_;
};

}  // namespace weir
