// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/load_shed.hpp"

#include "weir/resilience/error_predicate.hpp"

namespace weir {

load_shed::load_shed(std::string name, std::size_t at_once)
    : load_shed(std::move(name),
                adaptive_limit({.min = at_once, .max = at_once, .first = at_once})) {}

void load_shed::check_room() const {
  if (in_flight_ < limit_.limit()) return;
  throw error(errc::limit_exceeded, disposition::retry,
              "'" + name_ + "' refuses: " + std::to_string(in_flight_) +
                  " run at the same time, and no more than " + std::to_string(limit_.limit()) +
                  " may now; come again later, or less often");
}

void load_shed::record(time_point began, std::size_t beside, const error* why) noexcept {
  const call_outcome outcome = why == nullptr           ? call_outcome::success
                               : tells_of_trouble(*why) ? call_outcome::overloaded
                                                        : call_outcome::ignored;
  limit_.record(loop::current().now() - began, beside, outcome);
}

std::string load_shed::describe() const { return limit_.describe() + ", more are refused"; }

}  // namespace weir
