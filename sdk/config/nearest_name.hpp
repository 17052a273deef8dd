// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::detail {

/// The one of the names that was meant, as far as a few mistyped letters tell; else empty.
std::string_view nearest_name(std::string_view typed, std::span<const std::string_view> names);

/// "a", "b" and "c".
std::string listed(std::span<const std::string_view> names);

}  // namespace weir::detail
