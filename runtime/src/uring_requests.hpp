// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <liburing.h>

#include "weir/driver.hpp"

namespace weir {

/// The group of buffers that receive_many is filled from.
inline constexpr std::uint16_t uring_buffer_group = 0;

/// Writes a request into an entry of a submission queue.
void fill_entry(io_uring_sqe& into, const io_request& request) noexcept;

/// True where the kernel knows all that fill_entry() may ask for; a sandbox may know less than its
/// version says.
bool kernel_knows_operations(io_uring& ring) noexcept;

}  // namespace weir
