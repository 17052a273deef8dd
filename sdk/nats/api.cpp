// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"

namespace weir::nats::detail {

error api_failure(const api_error& answered, const std::string& what) {
  const std::string text = what + ": the server refused: " + describe(answered);
  if (answered.code == 404) return {errc::not_found, disposition::permanent, text};
  // Other codes of 500 and above are for good as well: "can not change storage type" is a 500.
  if (answered.code == 503) return {errc::unavailable, disposition::retry, text};
  if (answered.code == 400) return {errc::invalid_argument, disposition::permanent, text};
  return {errc::conflict, disposition::permanent, text};
}

error no_description(const std::string& what) {
  return {errc::protocol, disposition::permanent,
          what + ": the server's answer has neither a configuration nor an error"};
}

}  // namespace weir::nats::detail
