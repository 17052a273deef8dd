// SPDX-License-Identifier: Apache-2.0
#include "console.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "printable.hpp"

namespace weir::dev {
namespace {

constexpr std::size_t line_columns_max = 2000;

}  // namespace

void console::line(std::string_view who, std::string_view text) {
  std::string shown(text);
  std::ranges::replace(shown, '\t', ' ');
  shown = tools::cut_to(tools::printable(shown), line_columns_max);
  out_ << fmt::format("{:<7} | {}\n", who, shown) << std::flush;
}

void console::plain(std::string_view text) { out_ << tools::printable(text) << '\n' << std::flush; }

}  // namespace weir::dev
