// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "weir/nats/jetstream.hpp"

namespace weir::dlq {

struct show_options {
  std::string stream = {};  ///< empty: the only one with dead letters
  std::uint64_t sequence = 0;
  bool raw = false;  ///< the bytes of the body, and nothing else
};

/// Prints a letter: what it tells, its headers, its body. Throws `not_found` where there is none.
task<> show(nats::jetstream on, show_options wanted, std::ostream& out);

}  // namespace weir::dlq
