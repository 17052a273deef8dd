// SPDX-License-Identifier: Apache-2.0
#include "nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace weir::detail {
namespace {

/// Of longer texts only the beginning is compared.
constexpr std::size_t compared_max = 64;

/// How many letters were left out, put in, taken for others, or swapped with their neighbour.
std::size_t mistakes(std::string_view one, std::string_view other) {
  one = one.substr(0, compared_max);
  other = other.substr(0, compared_max);
  const std::size_t width = other.size() + 1;
  std::vector<std::size_t> least((one.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return least[i * width + j];
  };
  for (std::size_t i = 0; i <= one.size(); ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      if (i == 0 || j == 0) {
        at(i, j) = i + j;
        continue;
      }
      const std::size_t other_letter = one[i - 1] == other[j - 1] ? 0 : 1;
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + other_letter});
      const bool are_swapped =
          i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
      if (are_swapped) at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return least.back();
}

}  // namespace

std::string_view nearest_name(std::string_view typed, std::span<const std::string_view> names) {
  std::string_view nearest;
  std::size_t least = compared_max;
  for (const std::string_view name : names) {
    const std::size_t found = mistakes(typed, name);
    if (found > 1 + name.size() / 4 || found >= least) continue;
    least = found;
    nearest = name;
  }
  return nearest;
}

std::string listed(std::span<const std::string_view> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace weir::detail
