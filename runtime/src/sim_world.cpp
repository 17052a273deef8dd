// SPDX-License-Identifier: Apache-2.0
#include "sim_world.hpp"

namespace weir::detail {

void report(const sim_world& world, io_work& operation, const io_completion& completion) noexcept {
  world.trace.completed(static_cast<std::uint8_t>(operation.request().kind), completion.result);
  ++world.counters.completions;
  if (!completion.more) std::erase(world.cancelling, &operation);
  operation.on_completion(completion);
}

void complete(const sim_world& world, io_work& operation, int result) noexcept {
  report(world, operation, {.result = result});
}

}  // namespace weir::detail
