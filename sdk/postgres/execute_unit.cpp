// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/execute_unit.hpp"

#include "group_plan.hpp"

namespace weir::postgres::detail {

task<> execute_unit(tx& in, const unit& work) {
  group_plan plan;
  plan.add(work, 0);
  std::vector<std::size_t> owners;
  co_await plan.send_all(session_access::of(in), owners);
  co_await in.flush();
}

}  // namespace weir::postgres::detail
