// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "weir/clock.hpp"

namespace weir::nats::detail {

/// How many messages, and bytes, the server may still send for the pulls that wait there.
///
/// A message does not say which pull it is for, so it is taken from the oldest; an ending does, and
/// says how many of that pull were left. The sum over all pulls is what counts, and stays right:
/// where an ending shows that messages were taken from the wrong pull, the others are corrected.
class pull_ledger {
 public:
  static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

  /// A pull for `count` messages, and so many bytes, that ends by itself at `deadline`. Numbers
  /// increase. One with a limit of bytes is alone: which pull a message is for must be known.
  void add(std::uint64_t number, std::size_t count, time_point deadline,
           std::size_t bytes = no_limit);
  /// A message that the server counts with `bytes`. A pull whose bytes are used up to the last has
  /// ended: nats-server 2.9 does not tell.
  void message_came(std::size_t bytes = 0) noexcept;
  /// A pull has ended with `left` messages not sent; without it, with as many as are noted here.
  void ended(std::uint64_t number, std::optional<std::uint64_t> left) noexcept;
  /// Forgets pulls that have passed their deadline without an ending.
  void expire(time_point now) noexcept;
  /// Forgets all.
  void clear() noexcept;

  std::size_t outstanding() const noexcept { return outstanding_; }
  /// How many pulls wait.
  std::size_t pulls() const noexcept { return pulls_.size(); }

 private:
  struct pull {
    std::uint64_t number;
    std::size_t left;
    time_point deadline;
    std::size_t bytes;
  };

  void take(std::size_t count) noexcept;
  void settle() noexcept;

  std::vector<pull> pulls_;  // oldest first
  std::size_t outstanding_ = 0;
  std::uint64_t forgotten_up_to_ = 0;
};

}  // namespace weir::nats::detail
