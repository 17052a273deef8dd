// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/fetch_options.hpp"

namespace weir::nats::detail {

class connection_core;

/// Throws `invalid_argument` for what cannot be asked for, and `unsupported` where the server would
/// ignore it. To be called while there is a connection; `operation` is for the text.
void check(const priority_options& wanted, const connection_core& core,
           const std::string& operation);

}  // namespace weir::nats::detail
