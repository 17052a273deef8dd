// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::detail {

/// The most parts that a dotted key of a config.toml may have: the parser, which bounds the depth
/// of lists alone, would use up the stack for one of some ten thousand.
inline constexpr std::size_t key_parts_max = 32;

/// Whether a text in TOML has no key of more parts.
bool has_only_short_keys(std::string_view toml);

}  // namespace weir::detail
