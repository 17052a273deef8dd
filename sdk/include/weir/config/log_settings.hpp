// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weir {

/// The section [log].
struct log_settings {
  enum class levels : std::uint8_t { trace, debug, info, warn, error };
  enum class formats : std::uint8_t {
    automatic,  ///< journal where the journal reads, text on a terminal, else json.
    text,
    json,
    journal,
  };

  /// What is less is not written.
  levels level = levels::info;
  formats format = formats::automatic;
};

}  // namespace weir
