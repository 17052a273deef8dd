// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "number_set.hpp"

namespace weir::soak {

/// The memory of this process when a tenth of the messages had been handled.
struct memory_mark {
  std::uint64_t handled = 0;
  std::uint64_t resident_kib = 0;
  std::uint64_t peak_kib = 0;
};

/// Reads it from the kernel.
memory_mark memory_now(std::uint64_t handled);

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
  std::vector<memory_mark> memory;
};

}  // namespace weir::soak
