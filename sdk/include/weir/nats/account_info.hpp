// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace weir::nats {

/// What an account may use of JetStream; -1: no limit.
struct account_limits {
  std::int64_t memory_bytes = -1;
  std::int64_t storage_bytes = -1;
  std::int64_t streams = -1;
  std::int64_t consumers = -1;
  std::int64_t max_ack_pending = -1;
  std::int64_t memory_stream_bytes = -1;   ///< of one stream
  std::int64_t storage_stream_bytes = -1;  ///< of one stream
  bool max_bytes_required = false;         ///< every stream must say its max_bytes
};

/// What the connection's account uses of JetStream.
struct account_info {
  std::uint64_t memory_bytes = 0;
  std::uint64_t storage_bytes = 0;
  std::uint64_t streams = 0;
  std::uint64_t consumers = 0;
  account_limits limits;
  std::string domain;  ///< empty: none
  /// What the servers know of JetStream: 0 before server 2.11, 1 with 2.11, 2 with 2.12.
  std::uint64_t api_level = 0;
  std::uint64_t api_requests = 0;
  std::uint64_t api_errors = 0;
};

}  // namespace weir::nats
