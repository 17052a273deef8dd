// SPDX-License-Identifier: Apache-2.0
#include "utf8.hpp"

#include <simdjson.h>

namespace weir::json::detail {

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace weir::json::detail
