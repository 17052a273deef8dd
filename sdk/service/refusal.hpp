// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/nats/service_error.hpp"

namespace weir::detail {

/// How far a request has come, which says whom its failure is to be blamed on.
enum class request_progress : unsigned char {
  waiting,   ///< For a worker: nothing is done.
  handling,  ///< It is decoded, and the handler runs.
  finishing  ///< The handler has returned: it is committed, or its events are published.
};

/// What surrounds a request that has failed.
struct failed_request {
  request_progress at = request_progress::waiting;
  bool is_late = false;            ///< Its endpoint's deadline has passed.
  std::string database_down = {};  ///< Why the database cannot be reached, where it cannot.
};

/// What who asks is told: see weir/service/responder.hpp.
nats::service_error refusal_of(const error& failure, const failed_request& request);

}  // namespace weir::detail
