// SPDX-License-Identifier: Apache-2.0
#include "log_event.hpp"

namespace weir::detail {

std::optional<log_event> current_log_event() noexcept { return std::nullopt; }

}  // namespace weir::detail
