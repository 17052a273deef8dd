// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/error.hpp>
#include <string_view>

#include "weir/error.hpp"

namespace weir {

/// What use_weir throws for an error code of an Asio operation.
///
/// The code stays what it is: `failure.code() == asio::error::eof`. An operation that was aborted
/// is `cancelled`; system errors have the disposition they have in weir's own operations; a failure
/// inside TLS, such as a certificate that is not trusted, is `permanent`; all others are `retry`.
inline error from_asio(const asio::error_code& code) {
  if (code == asio::error::operation_aborted) return error::cancelled();
  const std::string_view category = code.category().name();
  disposition what_to_do = disposition::retry;
  if (category == "asio.ssl") what_to_do = disposition::permanent;
  if (code.category() == asio::error::get_system_category()) {
    what_to_do = error::from_errno(code.value(), {}).disposition();
  }
  std::string text = "an Asio operation failed: " + code.message();
  text.append(" (").append(category).append(" ").append(std::to_string(code.value())).append(")");
  return {code, what_to_do, std::move(text)};
}

}  // namespace weir
