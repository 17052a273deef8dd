// SPDX-License-Identifier: Apache-2.0
#include "pull_queue.hpp"

#include <algorithm>

namespace weir::nats::detail::model {

std::int64_t pull_queue::wanted() const noexcept {
  std::int64_t sum = 0;
  for (const waiting_pull& one : pulls_) sum += one.left;
  return sum;
}

void pull_queue::end(const waiting_pull& ended, int code, const std::string& text) {
  host_.status(ended.reply, code, text,
               {{"Nats-Pending-Messages", std::to_string(ended.left)},
                {"Nats-Pending-Bytes", std::to_string(ended.bytes_left)}});
}

std::optional<std::string> pull_queue::take(std::size_t message_bytes) {
  const auto bytes = static_cast<std::int64_t>(message_bytes);
  while (!pulls_.empty()) {
    waiting_pull next = std::move(pulls_.front());
    pulls_.pop_front();
    if (next.bytes_left > 0 && bytes > next.bytes_left) {
      end(next, 409, "Message Size Exceeds MaxBytes");
      continue;
    }
    if (!host_.has_interest(next.reply)) continue;
    if (next.bytes_left > 0) {
      next.bytes_left -= bytes;
      if (next.bytes_left == 0) next.left = 1;
    }
    ++next.given;
    --next.left;
    if (next.heartbeat > duration::zero()) next.next_heartbeat = host_.now() + next.heartbeat;
    const std::string reply = next.reply;
    if (next.left > 0) pulls_.push_back(std::move(next));
    return reply;
  }
  return std::nullopt;
}

void pull_queue::look_after(time_point now, bool at_end_of_stream, const sequences& delivered) {
  std::erase_if(pulls_, [&](waiting_pull& one) {
    const bool has_enough = at_end_of_stream && one.no_wait && one.given > 0;
    if (has_enough || (one.expires && *one.expires <= now)) {
      end(one, 408, "Request Timeout");
      return true;
    }
    if (!host_.has_interest(one.reply)) return true;
    if (one.next_heartbeat <= now) {
      host_.status(one.reply, 100, "Idle Heartbeat",
                   {{"Nats-Last-Consumer", std::to_string(delivered.consumer)},
                    {"Nats-Last-Stream", std::to_string(delivered.stream)}});
      one.next_heartbeat = now + one.heartbeat;
    }
    return false;
  });
}

time_point pull_queue::due() const noexcept {
  time_point earliest = time_point::max();
  for (const waiting_pull& one : pulls_)
    earliest = std::min({earliest, one.next_heartbeat, one.expires.value_or(time_point::max())});
  return earliest;
}

void pull_queue::end_all(int code, const std::string& text) {
  for (const waiting_pull& one : std::exchange(pulls_, {})) host_.status(one.reply, code, text);
}

}  // namespace weir::nats::detail::model
