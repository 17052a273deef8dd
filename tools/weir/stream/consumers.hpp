// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <ostream>
#include <string>

#include "streams.hpp"

namespace weir::tools {

/// A row for each consumer of a stream. Throws `not_found` with the remedy.
task<> list_consumers(nats::jetstream on, std::string stream, print_options how, std::ostream& out);

/// What one consumer is and where it stands.
task<> show_consumer(nats::jetstream on, std::string stream, std::string name, print_options how,
                     std::ostream& out);

/// How far each consumer of a stream, or of all streams where none is named, is behind, the
/// furthest first: messages, and the age of the oldest that is not acknowledged.
task<> show_lag(nats::jetstream on, std::string stream, print_options how, std::ostream& out);

/// Delivers nothing for so long. Throws `unsupported` with the remedy on a server before 2.11.
task<> pause_consumer(nats::jetstream on, std::string stream, std::string name,
                      std::chrono::seconds span, std::ostream& out);
task<> resume_consumer(nats::jetstream on, std::string stream, std::string name, std::ostream& out);

}  // namespace weir::tools
