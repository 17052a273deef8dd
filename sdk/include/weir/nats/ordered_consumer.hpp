// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weir/nats/jetstream.hpp"
#include "weir/nats/stream_message.hpp"
#include "weir/stream.hpp"

namespace weir::nats {
namespace detail {
class ordered_state;
}

/// Where an ordered consumer begins.
enum class ordered_start : unsigned char {
  all,               ///< with the stream's first message
  last,              ///< with its last message
  new_messages,      ///< with the first that comes
  sequence,          ///< with `start_sequence`
  time,              ///< with the first from `start_time` on
  last_per_subject,  ///< with the last message of every subject, then all that come
};

/// What an ordered consumer reads.
struct ordered_options {
  /// Only messages of these subjects; none: all. Several need nats-server 2.10.
  std::vector<subject_pattern> filter_subjects = {};
  ordered_start start = ordered_start::all;
  std::uint64_t start_sequence = 1;
  timestamp start_time = {};
  /// Without payloads.
  bool headers_only = false;
  /// How many messages are fetched ahead at most.
  std::size_t ahead = 500;
  /// How many bytes are fetched ahead at most, as the server counts them; 0: any number. A message
  /// that is larger comes by itself. With it there is one pull at a time.
  std::size_t max_bytes = 0;
  /// How long one pull waits at the server, and how often the server says that it is alive; at most
  /// half of `expires`. After twice as long without a sign the consumer is made again.
  duration expires = std::chrono::seconds(30);
  duration heartbeat = std::chrono::seconds(5);
  /// When the server removes the consumer after its client is gone.
  duration inactive_threshold = std::chrono::minutes(5);
};

/// Reads a stream in its order, each message once: nothing is skipped, nothing comes twice, and
/// nothing is acknowledged.
///
/// Behind it is a consumer at the server that lives in memory and is made again, from the message
/// after the last one that came, whenever something may be missing: a gap in its sequence, no
/// heartbeat, a lost connection, a consumer that was deleted or has no server. That is tried for
/// ever, with a back-off, but for what is refused as wrong six times in a row. The server's limits
/// of a pull (`max_request_batch`) are kept to. Messages that the stream removed before they were
/// read (limits, purges) are not given. With `last_per_subject`, one that is made again before all
/// last messages were read goes on with those that are the last then.
///
/// Next to no state is kept in the server, so it suits caches, projections and watches; work that
/// is shared or must be acknowledged is for nats::consumer. Must not outlive the connection.
class ordered_consumer {
 public:
  /// Makes the consumer at the server. Throws `not_found` for a stream that is not there,
  /// `unsupported` for what the server is too old for, `unavailable` (retry) when nobody answers.
  static task<ordered_consumer> open(jetstream js, std::string stream,
                                     ordered_options options = {});
  ordered_consumer(ordered_consumer&&) noexcept;
  ordered_consumer& operator=(ordered_consumer&&) = delete;
  /// One that was not closed is closed in the connection's background.
  ~ordered_consumer();

  /// Suspends until there is a message; nothing once it was closed. Throws `not_found` when the
  /// stream was deleted, and for good what the server says to a pull that it never takes. One at a
  /// time. A next() that is cancelled has lost nothing.
  task<std::optional<stream_message>> next();
  /// Its messages as a stream, which is destroyed before this.
  stream<stream_message> messages();

  /// How many messages were in the stream for it when it was opened.
  std::uint64_t pending_at_start() const noexcept;
  /// How often the consumer was made again.
  std::uint64_t resets() const noexcept;

  /// Ends it, and asks the server to remove the consumer. Is not cancelled.
  task<> close();

 private:
  explicit ordered_consumer(std::shared_ptr<detail::ordered_state> state) noexcept;

  std::shared_ptr<detail::ordered_state> state_;
};

}  // namespace weir::nats
