// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>

#include "ack_ledger.hpp"
#include "host.hpp"

namespace weir::nats::detail::model {

/// One request for messages that waits at a consumer.
struct waiting_pull {
  std::string reply;
  std::int64_t left = 1;
  std::int64_t bytes_left = 0;  ///< 0: no limit
  std::int64_t given = 0;
  std::optional<time_point> expires = {};
  bool no_wait = false;
  duration heartbeat{};
  time_point next_heartbeat = time_point::max();
};

/// The requests that wait at one consumer; they are served in turn, one message each.
class pull_queue {
 public:
  pull_queue(host& server, std::size_t capacity) noexcept : host_(server), capacity_(capacity) {}

  bool empty() const noexcept { return pulls_.empty(); }
  bool is_full() const noexcept { return pulls_.size() >= capacity_; }
  std::size_t size() const noexcept { return pulls_.size(); }
  /// How many messages all of them still want.
  std::int64_t wanted() const noexcept;

  void add(waiting_pull made) { pulls_.push_back(std::move(made)); }
  /// The address that the next message goes to; ends the pulls that have no bytes left for it.
  std::optional<std::string> take(std::size_t message_bytes);

  /// Ends what has expired or has no listener, and sends the heartbeats that are due. At the end
  /// of the stream those end as well that wanted only what was there.
  void look_after(time_point now, bool at_end_of_stream, const sequences& delivered);
  /// When look_after() is needed next.
  time_point due() const noexcept;
  void clear() noexcept { pulls_.clear(); }
  /// Ends all of them with this status.
  void end_all(int code, const std::string& text);

 private:
  void end(const waiting_pull& ended, int code, const std::string& text);

  host& host_;
  const std::size_t capacity_;
  std::deque<waiting_pull> pulls_;
};

}  // namespace weir::nats::detail::model
