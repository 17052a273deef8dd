// SPDX-License-Identifier: Apache-2.0
#include "age.hpp"

#include <charconv>
#include <cstdint>

namespace weir::tools {
namespace {

constexpr std::chrono::seconds age_max = std::chrono::years(10);

std::chrono::seconds unit_of(char letter) noexcept {
  switch (letter) {
    case 's':
      return std::chrono::seconds(1);
    case 'm':
      return std::chrono::minutes(1);
    case 'h':
      return std::chrono::hours(1);
    case 'd':
      return std::chrono::days(1);
    case 'w':
      return std::chrono::weeks(1);
    default:
      return std::chrono::seconds(0);
  }
}

}  // namespace

std::optional<std::chrono::seconds> parse_age(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const std::chrono::seconds unit = unit_of(text.back());
  text.remove_suffix(1);
  std::int64_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!is_whole || unit.count() == 0 || count < 1 || count > age_max / unit) return std::nullopt;
  return unit * count;
}

}  // namespace weir::tools
