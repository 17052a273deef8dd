// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace by_hand {

using uuid_bytes = std::array<char, 16>;

/// An orders.created as PostgreSQL's binary formats have its values.
struct order {
  std::string order_id_text;
  uuid_bytes order_id{};
  uuid_bytes user_id{};
  std::int64_t amount_cents = 0;
  std::int64_t created_at = 0;  ///< microseconds since 2000
};

/// Reads an order of JSON. 64 bytes behind `json` may be read as well. Throws std::runtime_error
/// and simdjson's errors for another text.
order read_order(std::string_view json);

}  // namespace by_hand
