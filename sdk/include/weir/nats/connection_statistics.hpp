// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weir::nats {

/// What went over a connection since it was made, over all its reconnects: messages of the user and
/// of weir itself (acknowledgements, requests, probes); bytes are those of payloads.
struct connection_statistics {
  std::uint64_t messages_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t reconnects = 0;  ///< connections after the first
};

}  // namespace weir::nats
