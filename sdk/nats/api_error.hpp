// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace weir::nats::detail {

/// The error object in JetStream's answers; the names are the server's.
struct api_error {
  std::int64_t code = 0;  ///< as of HTTP
  std::optional<std::int64_t> err_code;
  std::optional<std::string> description;
};

/// "stream name already in use (code 400, error 10058)".
inline std::string describe(const api_error& from) {
  return from.description.value_or("no reason given") + " (code " + std::to_string(from.code) +
         (from.err_code ? ", error " + std::to_string(*from.err_code) : "") + ")";
}

}  // namespace weir::nats::detail
