// SPDX-License-Identifier: Apache-2.0
#include "weir/service/in_flight_limit.hpp"

#include <map>

namespace weir {

struct in_flight_limit::state {
  std::size_t most;
  std::map<const watch*, std::function<void()>> watches;
};

in_flight_limit::in_flight_limit(std::size_t at_most)
    : state_(std::make_shared<state>(state{at_most, {}})) {}

void in_flight_limit::set(std::size_t at_most) const {
  state_->most = at_most;
  for (const auto& [who, changed] : state_->watches) changed();
}

std::size_t in_flight_limit::get() const noexcept { return state_->most; }

in_flight_limit::watch::watch(const in_flight_limit& of, std::function<void()> changed)
    : state_(of.state_) {
  state_->watches.emplace(this, std::move(changed));
}

in_flight_limit::watch::~watch() { state_->watches.erase(this); }

std::size_t in_flight_limit::watch::get() const noexcept { return state_->most; }

}  // namespace weir
