// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir::nats::detail {

/// Foreign text in an error message is cut to this many bytes.
inline constexpr std::size_t quoted_bytes_max = 128;

/// `text` in quotes, with everything but printable ASCII as \xNN: fit for a line of a log.
/// Not called `quoted`: for a std::string that would find std::quoted.
std::string quoted_text(std::string_view text);

}  // namespace weir::nats::detail
