// SPDX-License-Identifier: Apache-2.0
#include "waiting_messages.hpp"

#include "weir/assert.hpp"

namespace weir::nats::detail {

std::size_t size_of(const message& one) {
  constexpr std::size_t separator_bytes = 4;  // a colon, a space, CR and LF
  std::size_t bytes = one.subject().size() + one.reply().size() + one.payload().size();
  for (const auto& header : one.headers())
    bytes += header.first.size() + header.second.size() + separator_bytes;
  return bytes;
}

void waiting_messages::drop_first() noexcept {
  const entry first = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= first.bytes;
  ++dropped_;
  message_gap& following = waiting_.empty() ? after_last_ : waiting_.front().before;
  following.dropped += first.before.dropped + 1;
  following.reconnects += first.before.reconnects;
}

bool waiting_messages::push(message came) {
  const std::size_t bytes = size_of(came);
  if (!has_room(bytes) && overflow_ == overflow_policy::end) {
    ++dropped_;
    return false;
  }
  // A message that is larger than all the room does not push others out.
  if (overflow_ == overflow_policy::drop_oldest && bytes <= max_bytes_) {
    while (!has_room(bytes)) drop_first();
  }
  if (!has_room(bytes)) {
    ++dropped_;
    ++after_last_.dropped;
    return true;
  }
  bytes_ += bytes;
  waiting_.push_back({std::exchange(after_last_, {}), std::move(came), bytes});
  return true;
}

bool waiting_messages::gap_is_next() const noexcept {
  return static_cast<bool>(waiting_.empty() ? after_last_ : waiting_.front().before);
}

message_gap waiting_messages::take_gap() noexcept {
  return std::exchange(waiting_.empty() ? after_last_ : waiting_.front().before, {});
}

message waiting_messages::take_message() noexcept {
  WEIR_ASSERT(!waiting_.empty());
  entry& first = waiting_.front();
  message taken = std::move(first.held);
  bytes_ -= first.bytes;
  waiting_.pop_front();
  return taken;
}

}  // namespace weir::nats::detail
