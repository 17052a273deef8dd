// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/event_context.hpp"

namespace weir {

const event_context* current_event_context() noexcept {
  const task_context* at = current_task_context();
  for (; at != nullptr; at = at->parent()) {
    if (const auto* found = dynamic_cast<const event_context*>(at)) return found;
  }
  return nullptr;
}

}  // namespace weir
