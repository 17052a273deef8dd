// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace weir::detail {

/// write(2) without SIGPIPE: a count or a negative errno.
///
/// A write to a pipe, unlike one to a socket, knows no flag against the signal, which is sent to
/// the thread that writes: it is blocked meanwhile, and taken back where it came. How the program
/// treats SIGPIPE elsewhere stays its own affair.
ssize_t write_quietly(int descriptor, const void* data, std::size_t size) noexcept;

}  // namespace weir::detail
