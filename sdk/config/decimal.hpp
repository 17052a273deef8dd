// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::detail {

/// A number as people write it, exactly: "1.25" is 125 / 100.
struct decimal {
  std::uint64_t digits;
  std::uint64_t divisor;
};

/// Cuts a number without a sign off the front: "12", "1.5". None where there is none, or where it
/// does not fit.
std::optional<decimal> take_decimal(std::string_view& text);

/// None where the product is no whole number, or does not fit.
std::optional<std::uint64_t> multiply(decimal number, std::uint64_t factor);

}  // namespace weir::detail
