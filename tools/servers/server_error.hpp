// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace weir::servers {

/// A private server could not be started, stopped or reached. The text says which one, why, and
/// ends with the last lines of the server's own log where there is one.
struct server_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace weir::servers
