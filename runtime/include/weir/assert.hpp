// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weir::detail {

/// Prints the broken expectation with its place and aborts. Never returns.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace weir::detail

/// Checks an expectation of the programmer, in release builds too.
///
/// For what can only be false through a bug in this program. What the outside world can cause
/// (input, network, full disk) is an operating error: see weir/error.hpp.
#define WEIR_ASSERT(expression)  \
  (static_cast<bool>(expression) \
       ? void(0)                 \
       : ::weir::detail::assertion_failed(#expression, __FILE__, __LINE__))
