// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "weir/nats/jetstream.hpp"

namespace weir::dlq {

/// A stream with dead letters, as far as a command goes into it: what comes later is left alone, so
/// that a letter which is replayed and dies again is not replayed for ever.
struct letter_stream {
  std::string name;
  std::uint64_t last_sequence = 0;
};

/// Every stream whose name begins with DLQ_, and those whose last message is a dead letter.
task<std::vector<letter_stream>> find_streams(nats::jetstream on);

/// The stream of that name. Throws `not_found` with what to do about it.
task<letter_stream> named_stream(nats::jetstream on, std::string name);

/// The named one alone, or all that find_streams() finds where no name is given.
task<std::vector<letter_stream>> wanted_streams(nats::jetstream on, std::string name);

/// The stream that a command is about: the named one, or else the only one that there is. Throws
/// `not_found` or, where there are several, `invalid_argument` with their names.
task<letter_stream> choose_stream(nats::jetstream on, std::string name);

}  // namespace weir::dlq
