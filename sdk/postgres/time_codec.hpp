// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::postgres::detail {

/// Writes a timestamp, given in microseconds since 1970; the ends of std::int64_t are the
/// infinities.
void put_time(std::string& out, std::int64_t since_1970);
std::int64_t get_time(std::string_view bytes, std::string_view type);

}  // namespace weir::postgres::detail
