// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/error.hpp"

namespace weir::detail {

/// Refuses a setting, which may come from outside the program: throws `invalid_argument`.
inline void require(bool holds, const std::string& text) {
  if (!holds) throw error(errc::invalid_argument, disposition::permanent, text);
}

}  // namespace weir::detail
