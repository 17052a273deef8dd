// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::detail {

/// How many bytes the pieces of a message hold.
std::size_t size_of(const msghdr& header) noexcept;
/// The first bytes of its pieces, so many at most.
std::string gather(const msghdr& header, std::size_t count_max);
/// Copies to its pieces what they have room for; gives how many bytes that is.
std::size_t scatter(std::string_view bytes, const msghdr& header) noexcept;

}  // namespace weir::detail
