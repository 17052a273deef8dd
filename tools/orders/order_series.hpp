// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "orders.hpp"

namespace weir::orders {

/// The order with this number: always the same one, so that what came of it can be checked.
OrderCreated order_number(std::uint64_t number);

/// The number of the order with this id, if it is one of the series.
std::optional<std::uint64_t> number_of(const uuid& order_id);

}  // namespace weir::orders
