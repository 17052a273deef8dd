// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "weir/error.hpp"

namespace weir::detail {

/// The error of a failed call on a file: `errno_value` positive, `what` for instance "open
/// 'a.txt'". The text ends with what to look at.
error file_error(int errno_value, std::string_view what);

/// "open 'a.txt'".
std::string act_on(std::string_view verb, std::string_view path);

/// Throws where `path` cannot be given to the system because it contains a NUL.
void check_path(std::string_view path);

}  // namespace weir::detail
