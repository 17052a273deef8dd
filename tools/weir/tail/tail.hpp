// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "interruption.hpp"
#include "tail_start.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::tools {

inline constexpr std::uint64_t tail_last_max = 1'000'000;

struct tail_request {
  std::string subject;  ///< a pattern; empty: all of the stream
  std::string stream;   ///< empty: what is published, or the stream that keeps the subject
  tail_start from = {};
  std::uint64_t limit = 0;  ///< ends after so many; 0: goes on
  bool json = false;
};

/// Prints messages as they come, until the limit is reached or the operator stops it. Without a
/// stream, and from now on, it hears all that is published on the subject, stored or not; else it
/// reads the stream, acknowledges nothing, and disturbs no consumer. Throws `not_found` where no
/// stream keeps what is asked for.
task<> tail(nats::connection& over, tail_request wanted, interruption& stop, std::ostream& out);

}  // namespace weir::tools
