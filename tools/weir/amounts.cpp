// SPDX-License-Identifier: Apache-2.0
#include "amounts.hpp"

#include <fmt/format.h>

#include <iterator>

namespace weir::tools {
namespace {

struct unit {
  double size;  // in nanoseconds
  const char* name;
};

constexpr unit units[] = {{1, "ns"},   {1e3, "us"},   {1e6, "ms"},   {1e9, "s"},
                          {60e9, "m"}, {3600e9, "h"}, {86400e9, "d"}};

std::string rounded(double value, const char* unit_name) {
  return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, unit_name);
}

}  // namespace

std::string text_of_bytes(std::uint64_t bytes) {
  constexpr double step = 1024;
  constexpr const char* names[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / step;
  std::size_t at = 0;
  while (value >= step && at + 1 < std::size(names)) {
    value /= step;
    ++at;
  }
  return fmt::format("{:.1f} {}", value, names[at]);
}

std::string text_of_span(duration span) {
  const auto whole =
      static_cast<double>(std::chrono::duration_cast<std::chrono::nanoseconds>(span).count());
  if (whole < 0) return "-" + text_of_span(-span);
  if (whole < 1e3) return fmt::format("{:.0f} ns", whole);
  const unit* fits = units;
  for (const unit& one : units) {
    if (whole >= one.size) fits = &one;
  }
  return rounded(whole / fits->size, fits->name);
}

}  // namespace weir::tools
