// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::tools {

/// Where a tail begins.
struct tail_start {
  enum class kind : unsigned char { new_messages, all, last, sequence, age };
  kind is = kind::new_messages;
  std::uint64_t number = 0;    ///< how many, or which sequence
  std::chrono::seconds age{};  ///< how long ago
};

/// Reads the words of `--from`: "all", "new", "last 10", "sequence 17", "5m"; also with a colon in
/// place of the space.
std::optional<tail_start> parse_tail_start(const std::vector<std::string>& words);

}  // namespace weir::tools
