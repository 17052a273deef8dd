// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#if defined(__SANITIZE_ADDRESS__)
#define WEIR_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEIR_ADDRESS_SANITIZER 1
#endif
#endif

#if WEIR_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace weir::detail {

// What AddressSanitizer is told and asked, in builds with it; elsewhere these do nothing.

/// From here on touching `memory` is an error.
inline void poison([[maybe_unused]] std::span<const std::byte> memory) noexcept {
#if WEIR_ADDRESS_SANITIZER
  __asan_poison_memory_region(memory.data(), memory.size());
#endif
}

/// From here on `memory` may be used.
inline void unpoison([[maybe_unused]] std::span<const std::byte> memory) noexcept {
#if WEIR_ADDRESS_SANITIZER
  __asan_unpoison_memory_region(memory.data(), memory.size());
#endif
}

/// False where `memory` was freed, or never was.
inline bool is_addressable([[maybe_unused]] std::span<const std::byte> memory) noexcept {
#if WEIR_ADDRESS_SANITIZER
  return __asan_region_is_poisoned(const_cast<std::byte*>(memory.data()), memory.size()) == nullptr;
#else
  return true;
#endif
}

}  // namespace weir::detail
