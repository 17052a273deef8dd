// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "log_sites.hpp"
#include "weir/observe/event_context.hpp"
#include "weir/observe/log.hpp"

namespace weir::detail {

struct log_line {
  log_field::moment time;
  log_level level = log_level::info;
  std::string_view text;
  std::span<const log_field> fields = {};
  log_site site = {};                    ///< Line 0: unknown.
  const event_context* event = nullptr;  ///< The message that is handled there.
  std::uint64_t suppressed = 0;
};

/// How the lines of a program look: never automatic.
struct log_look {
  log_format format = log_format::json;
  bool on_terminal = false;
  bool coloured = false;
  std::string service = {};
  std::string version = {};
};

/// Appends the line with its newline; at most log_line_bytes_max and a little.
void append_line(std::string& to, const log_line& line, const log_look& look);

}  // namespace weir::detail
