// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "number_set.hpp"

namespace weir::soak {

/// The memory of this process.
struct memory {
  std::uint64_t resident_kib = 0;
  std::uint64_t peak_kib = 0;
};

/// Reads it from the kernel.
memory memory_now();

/// What became of every message. Its memory does not grow while it is used.
struct account {
  explicit account(std::uint64_t messages)
      : messages(messages), confirmed(messages), handled(messages), acknowledged(messages) {}

  std::uint64_t lost() const;

  const std::uint64_t messages;
  number_set confirmed;     ///< publications that the stream has confirmed
  number_set handled;       ///< at least once
  number_set acknowledged;  ///< with ack_sync, which the server has confirmed
  std::uint64_t redelivered = 0;
  std::uint64_t acknowledged_and_redelivered = 0;
  std::uint64_t given_up = 0;  ///< publications that passed their deadline, and were made again
};

}  // namespace weir::soak
