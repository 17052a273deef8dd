// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/manual_reset_event.hpp"

namespace weir::tools {

/// That the operator wants a command to stop where that is good; asked between two steps.
struct interruption {
  manual_reset_event wanted;

  bool is_wanted() const noexcept { return wanted.is_set(); }
};

}  // namespace weir::tools
