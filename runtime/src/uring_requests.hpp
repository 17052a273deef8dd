// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <liburing.h>

#include "weir/driver.hpp"

namespace weir {

/// The group of buffers that receive_many is filled from.
inline constexpr std::uint16_t uring_buffer_group = 0;

/// Writes a request into an entry of a submission queue.
void fill_entry(io_uring_sqe& into, const io_request& request) noexcept;

/// Lets the receive_many of an entry end with its first completion.
void receive_once(io_uring_sqe& entry) noexcept;

/// True for a socket of which a multishot receive can miss the end: the kernel knows (since 6.17)
/// when a Unix socket has no bytes left, and waits without looking whether the end is there already
/// (seen in 6.18; see tests/facts/multishot_receive_tells_of_the_end.cpp).
bool may_miss_the_end(int socket) noexcept;

/// True where the kernel knows all that fill_entry() may ask for; a sandbox may know less than its
/// version says.
bool kernel_knows_operations(io_uring& ring) noexcept;

}  // namespace weir
