// SPDX-License-Identifier: Apache-2.0
#include "priority.hpp"

#include "connection_core.hpp"

namespace weir::nats::detail {
namespace {

constexpr server_feature group_feature{"priority_options::group", {2, 11, 0}};
constexpr server_feature priority_feature{"priority_options::priority", {2, 12, 0}};
constexpr int priority_max = 9;

}  // namespace

void check(const priority_options& wanted, const connection_core& core,
           const std::string& operation) {
  const bool has_more =
      wanted.min_pending > 0 || wanted.min_ack_pending > 0 || wanted.priority != 0;
  if (wanted.priority < 0 || wanted.priority > priority_max || (wanted.group.empty() && has_more)) {
    throw error(errc::invalid_argument, disposition::permanent,
                operation +
                    ": the priority options cannot be used: they need the name of a group of the "
                    "consumer, and a priority from 0 to 9");
  }
  if (wanted.group.empty()) return;
  check_name("priority group", wanted.group);
  const server_feature& needed = wanted.priority > 0 ? priority_feature : group_feature;
  if (auto missing = core.feature_problem(operation, &needed)) throw *missing;
}

}  // namespace weir::nats::detail
