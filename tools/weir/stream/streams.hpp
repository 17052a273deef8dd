// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "weir/nats/jetstream.hpp"

namespace weir::tools {

/// How a list or a report is printed.
struct print_options {
  bool json = false;                      ///< a line of JSON for each
  std::optional<std::size_t> width = {};  ///< of the terminal; without it nothing is cut
};

/// A row for each stream of the account, at most 10,000, by name.
task<> list_streams(nats::jetstream on, print_options how, std::ostream& out);

/// What one stream is and holds, and how far its copies are. Throws `not_found` with the remedy.
task<> show_stream(nats::jetstream on, std::string name, print_options how, std::ostream& out);

}  // namespace weir::tools
