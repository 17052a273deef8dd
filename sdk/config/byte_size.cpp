// SPDX-License-Identifier: Apache-2.0
#include "weir/config/byte_size.hpp"

#include <array>
#include <limits>

#include "decimal.hpp"

namespace weir {
namespace {

struct unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array units{
    unit{"B", 1},
    unit{"KiB", std::uint64_t{1} << 10},
    unit{"MiB", std::uint64_t{1} << 20},
    unit{"GiB", std::uint64_t{1} << 30},
    unit{"TiB", std::uint64_t{1} << 40},
    unit{"kB", 1'000},
    unit{"MB", 1'000'000},
    unit{"GB", 1'000'000'000},
    unit{"TB", 1'000'000'000'000},
};
constexpr std::size_t binary_units = 5;

}  // namespace

std::optional<byte_size> parse_byte_size(std::string_view text) {
  const auto number = detail::take_decimal(text);
  if (!number) return std::nullopt;
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty()) text = units.front().name;
  for (const unit& one : units) {
    if (text != one.name) continue;
    const auto bytes = detail::multiply(*number, one.bytes);
    return bytes ? std::optional(byte_size(*bytes)) : std::nullopt;
  }
  return std::nullopt;
}

std::string to_string(byte_size size) {
  std::size_t largest = 0;
  for (std::size_t i = 1; i < binary_units; ++i) {
    if (size.bytes() != 0 && size.bytes() % units[i].bytes == 0) largest = i;
  }
  return std::to_string(size.bytes() / units[largest].bytes) + std::string(units[largest].name);
}

}  // namespace weir
