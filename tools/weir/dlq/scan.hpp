// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "letter.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/stream.hpp"

namespace weir::dlq {

/// A message of a stream with dead letters, which may be none: a service can be told to put its
/// dead letters among other messages.
struct scanned {
  std::uint64_t sequence = 0;
  std::uint64_t body_bytes = 0;  ///< as the letter has it; less than whole_body_bytes if it is cut
  std::optional<letter> found;
};

/// The messages of a stream up to a sequence, in order and without their bodies, page by page. Ends
/// also where others delete them meanwhile. Throws `not_found` for no such stream.
stream<scanned> scan(nats::jetstream on, std::string of_stream, std::uint64_t last_sequence);

}  // namespace weir::dlq
