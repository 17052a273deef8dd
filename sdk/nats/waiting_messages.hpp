// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "weir/error.hpp"
#include "weir/nats/subscription.hpp"

namespace weir::nats::detail {

/// What is missing at one place between messages.
struct message_gap {
  std::uint64_t dropped = 0;     ///< messages that came and found no room
  std::uint64_t reconnects = 0;  ///< connections that were lost here

  explicit operator bool() const noexcept { return dropped > 0 || reconnects > 0; }
};

/// The bytes that a message takes, about as the server counts them: all its texts.
std::size_t size_of(const message& one);

/// Messages that wait for their reader, within bounds, and the gaps between them.
class waiting_messages {
 public:
  waiting_messages(std::size_t max_messages, std::size_t max_bytes, overflow_policy overflow)
      : max_messages_(max_messages), max_bytes_(max_bytes), overflow_(overflow) {}

  /// Takes a message in, or drops as the policy says; false, with the message dropped and no gap
  /// noted, where the policy is to end.
  bool push(message came);
  /// Notes a lost connection behind what waits.
  void note_reconnect() noexcept { ++after_last_.reconnects; }

  bool empty() const noexcept { return waiting_.empty() && !after_last_; }
  std::size_t size() const noexcept { return waiting_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }
  std::uint64_t dropped() const noexcept { return dropped_; }

  /// True when the next thing is a gap: take_gap() then, else take_message().
  bool gap_is_next() const noexcept;
  message_gap take_gap() noexcept;
  message take_message() noexcept;

 private:
  struct entry {
    message_gap before;
    message held;
    std::size_t bytes;
  };

  bool has_room(std::size_t bytes) const noexcept {
    return waiting_.size() < max_messages_ && bytes <= max_bytes_ - bytes_;
  }
  void drop_first() noexcept;

  const std::size_t max_messages_;
  const std::size_t max_bytes_;
  const overflow_policy overflow_;
  std::deque<entry> waiting_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  message_gap after_last_;
};

}  // namespace weir::nats::detail
