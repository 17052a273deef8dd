// SPDX-License-Identifier: Apache-2.0
#include "event_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "amounts.hpp"
#include "printable.hpp"

namespace weir::dev {
namespace {

constexpr std::string_view cause_header = "Weir-Cause";
constexpr std::size_t time_of_day = 11;    // in an RFC 3339 time, behind "2026-01-31T"
constexpr std::size_t bytes_a_column = 4;  // of UTF-8 at most

/// The beginning, on one line. What is cut off is not looked at: a body may be megabytes long.
std::string beginning(std::string_view text, std::size_t columns) {
  std::string shown(text.substr(0, (columns + 1) * bytes_a_column));
  std::ranges::replace_if(shown, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return tools::cut_to(tools::printable(shown), columns);
}

}  // namespace

std::string event_line(const tools::shown_message& one) {
  std::string line =
      fmt::format("{}  {}  {}", to_rfc3339(one.time).substr(time_of_day),
                  beginning(one.subject, body_columns_max), tools::text_of_bytes(one.body.size()));
  const auto cause = std::ranges::find_if(
      one.headers, [](const auto& header) { return header.first == cause_header; });
  if (cause != one.headers.end()) {
    line += "  DEAD LETTER: " + beginning(cause->second, cause_columns_max);
  }
  if (!one.body.empty()) line += "  " + beginning(one.body, body_columns_max);
  return line;
}

}  // namespace weir::dev
