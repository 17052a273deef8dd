// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::nats::detail {

/// Reads standard base64 with padding; nothing if it is not that.
std::optional<std::string> base64_decoded(std::string_view text);

/// Reads base64 for URLs, without padding; nothing if it is not that.
std::optional<std::string> base64url_decoded(std::string_view text);

/// Writes base64 for URLs, without padding.
std::string base64url_encoded(std::string_view bytes);

}  // namespace weir::nats::detail
