// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "confirmation.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::tools {

/// Shows where a consumer stands, asks unless `ask` is empty, and deletes it for good; false where
/// that was declined. Its messages stay in the stream. `ask` runs on a thread of its own. Throws
/// `not_found` with the remedy.
task<bool> remove_consumer(nats::jetstream on, std::string stream, std::string name,
                           confirmation ask, std::ostream& out);

}  // namespace weir::tools
