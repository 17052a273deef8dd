// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace weir::postgres::detail {

/// How many bytes tells_error() is given at most.
inline constexpr std::size_t heard_bytes_max = 4096;

/// Tells whether among bytes from the server, which begin anywhere and end anywhere, is the message
/// of an error as a whole. Never takes for one what is part of other messages.
bool tells_error(std::string_view heard);

}  // namespace weir::postgres::detail
