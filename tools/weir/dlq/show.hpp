// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

#include "letter_id.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::dlq {

struct show_options {
  letter_id id = {};
  bool raw = false;  ///< the bytes of the body, and nothing else
};

/// Prints a letter: what it tells, its headers, its body. Throws `not_found` where there is none.
task<> show(nats::jetstream on, show_options wanted, std::ostream& out);

}  // namespace weir::dlq
