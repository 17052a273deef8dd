// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace weir::postgres {

/// What the parameters of one statement can be together, in bytes. The server takes messages of
/// less than 1 GiB; a mebibyte of that is left to what stands around the parameters.
inline constexpr std::size_t parameter_bytes_max = 0x3fffffff - (std::size_t{1} << 20);
/// How many parameters a statement can have.
inline constexpr std::size_t parameters_max = 65535;
/// How many elements an array can have: the server's limit.
inline constexpr std::size_t array_elements_max = 0x3fffffff / 8;

namespace detail {

/// Throws when the parameters of a statement are larger than the server takes. What is large is
/// checked before it is copied, and all of them together after.
void require_parameter_bytes(std::size_t size);
/// Throws when an array of so many elements is larger than the server makes.
void require_array_elements(std::size_t count);

}  // namespace detail
}  // namespace weir::postgres
