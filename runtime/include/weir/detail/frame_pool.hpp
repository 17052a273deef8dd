// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace weir::detail {

/// Memory for a coroutine frame, from the calling thread's pool of size classes.
///
/// A frame lives for microseconds and the same sizes come again and again, so a free list beats the
/// general allocator about fivefold. With AddressSanitizer the pool is off, so that a use after
/// free stays visible. A frame may be freed on another thread than it was made on.
void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size) noexcept;

}  // namespace weir::detail
