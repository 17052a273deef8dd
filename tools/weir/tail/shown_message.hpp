// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/timestamp.hpp"

namespace weir::tools {

/// A message as a tail shows it; without a stream it was only heard.
struct shown_message {
  timestamp time;
  std::string subject;
  std::string stream = {};
  std::uint64_t sequence = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

/// Several lines: where and when, the headers, the body with its JSON indented. Nothing in it is
/// obeyed by a terminal.
std::string text_of(const shown_message& one);

/// One line of JSON; the body is `json` where it is that, else `text`, else `hex`.
std::string json_of(const shown_message& one);

}  // namespace weir::tools
