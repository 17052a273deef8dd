// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "weir/error.hpp"

namespace weir::detail {

/// A failed operation on a socket: error::from_errno() with the likely cause and the remedy, where
/// the name of the error alone does not say.
error socket_error(int errno_value, std::string_view what);

}  // namespace weir::detail
