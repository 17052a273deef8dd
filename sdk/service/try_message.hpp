// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/service/service.hpp"

namespace weir::detail {

/// What `--try` asks for.
struct try_request {
  std::string name;   ///< "DLQ_ORDERS:3"
  bool json = false;  ///< A line of JSON for each handler, in place of a text.
};

/// What came of it.
struct try_outcome {
  std::string report;
  bool succeeds = false;  ///< Every handler that was tried would succeed.
};

/// Runs the handler of a dead letter on the message that it tells of, or each handler of a stored
/// message, as try_handler() does: nothing is stored, published or acknowledged. Nothing is made or
/// migrated either. Throws `invalid_argument` where the service has no handler for it, `not_found`
/// where there is no such message, and `unavailable` where a server does not answer.
task<try_outcome> try_message(const service& which, const service_settings& settings,
                              try_request wanted);

}  // namespace weir::detail
