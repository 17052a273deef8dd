// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/observe/tracer_settings.hpp"

namespace weir::detail {

/// Where a collector listens.
struct otlp_endpoint {
  std::string host;  ///< A name or an address, without brackets.
  std::uint16_t port;
  std::string authority;  ///< As the header Host has it.
  std::string target;     ///< The path and what follows it.
};

/// Reads a URL of http. Throws `invalid_argument` for another one, with `from`, which set it;
/// quotes nothing of one that may hold a password.
otlp_endpoint read_otlp_endpoint(std::string_view from, std::string_view url);

/// Throws `invalid_argument` for a header that would break the request; quotes its name at most.
void check_otlp_headers(const tracer_settings::pairs& headers);

}  // namespace weir::detail
