// SPDX-License-Identifier: Apache-2.0
#include "weir/sim_network.hpp"

#include <algorithm>

#include "sim_hosts.hpp"
#include "weir/error.hpp"

namespace weir {
namespace {

/// The host as all others write it; throws where it is no address in numbers.
std::string canonical(std::string_view host) {
  const auto address = socket_address::of_ip(host, 0);
  if (!address) {
    throw error(errc::invalid_argument, disposition::permanent,
                "the simulated host '" + std::string(host) +
                    "' is not an address in numbers, such as 10.0.0.2 or fd00::2");
  }
  return detail::host_of(*address);
}

bool is_probability(double value) { return value >= 0 && value <= 1; }

void check(const sim_faults& faults) {
  const bool delays =
      faults.delay_least >= duration::zero() &&
      (faults.delay_most == duration::zero() || faults.delay_most >= faults.delay_least);
  const auto probabilities = {faults.short_reads, faults.short_writes, faults.resets,
                              faults.refusals,    faults.losses,       faults.duplicates,
                              faults.reorderings};
  if (delays && std::all_of(probabilities.begin(), probabilities.end(), is_probability)) return;
  throw error(errc::invalid_argument, disposition::permanent,
              "the faults of a simulated network need 0 <= delay_least <= delay_most and "
              "probabilities from 0 to 1");
}

}  // namespace

sim_network::sim_network(const sim_faults& faults, std::function<void()> on_heal)
    : faults_(faults), on_heal_(std::move(on_heal)) {
  check(faults);
}

void sim_network::set_faults(const sim_faults& faults) {
  check(faults);
  faults_ = faults;
}

void sim_network::set_faults(std::string_view from, std::string_view to, const sim_faults& faults) {
  check(faults);
  own_faults_[{canonical(from), canonical(to)}] = faults;
}

void sim_network::cut(std::string_view from, std::string_view to) {
  cuts_.emplace(canonical(from), canonical(to));
}

void sim_network::partition(std::string_view one, std::string_view other) {
  cut(one, other);
  cut(other, one);
}

void sim_network::isolate(std::string_view host) { isolated_.insert(canonical(host)); }

void sim_network::heal() {
  cuts_.clear();
  isolated_.clear();
  on_heal_();
}

const sim_faults& sim_network::faults(const std::string& from, const std::string& to) const {
  const auto own = own_faults_.find({from, to});
  return own != own_faults_.end() ? own->second : faults_;
}

bool sim_network::is_cut(const std::string& from, const std::string& to) const {
  if (from == to) return false;
  return isolated_.contains(from) || isolated_.contains(to) || cuts_.contains({from, to});
}

}  // namespace weir
