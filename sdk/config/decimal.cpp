// SPDX-License-Identifier: Apache-2.0
#include "decimal.hpp"

#include <limits>

namespace weir::detail {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Appends the digits at the front; false where they do not fit, or are none.
bool take_digits(std::string_view& text, std::uint64_t& digits, std::uint64_t* divisor) {
  if (text.empty() || !is_digit(text.front())) return false;
  while (!text.empty() && is_digit(text.front())) {
    const auto digit = static_cast<std::uint64_t>(text.front() - '0');
    if (digits > (largest - digit) / 10) return false;
    digits = digits * 10 + digit;
    if (divisor != nullptr) {
      if (*divisor > largest / 10) return false;
      *divisor *= 10;
    }
    text.remove_prefix(1);
  }
  return true;
}

}  // namespace

std::optional<decimal> take_decimal(std::string_view& text) {
  decimal number{0, 1};
  if (!take_digits(text, number.digits, nullptr)) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!take_digits(text, number.digits, &number.divisor)) return std::nullopt;
  }
  return number;
}

std::optional<std::uint64_t> multiply(decimal number, std::uint64_t factor) {
  __extension__ using wide = unsigned __int128;
  const wide product = static_cast<wide>(number.digits) * factor;
  if (product % number.divisor != 0) return std::nullopt;
  const wide whole = product / number.divisor;
  if (whole > largest) return std::nullopt;
  return static_cast<std::uint64_t>(whole);
}

}  // namespace weir::detail
