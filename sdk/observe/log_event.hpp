// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "log_line.hpp"

namespace weir::detail {

/// The message that the running task handles; none outside of a handler.
std::optional<log_event> current_log_event() noexcept;

}  // namespace weir::detail
