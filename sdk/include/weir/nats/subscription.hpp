// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/nats/connection.hpp"
#include "weir/nats/message.hpp"
#include "weir/stream.hpp"

namespace weir::nats {
namespace detail {
class subscription_state;
}

/// What happens to a message for which there is no room.
enum class overflow_policy : unsigned char {
  drop_newest,  ///< It is dropped: what waits is an unbroken run of older messages.
  drop_oldest,  ///< What has waited longest is dropped for it: the reader gets the latest.
  end,          ///< The subscription ends: what waits is given, then the error.
};

/// How one subscription is made, and its bounds.
struct subscription_options {
  /// Of all subscriptions of one group each message goes to one; empty: to this one in any case.
  std::string queue_group = {};
  /// How many messages, and how many bytes of them (subject, reply, headers and payload), wait in
  /// here for their reader at most.
  std::size_t max_waiting_messages = 65536;
  std::size_t max_waiting_bytes = 64U << 20;
  overflow_policy overflow = overflow_policy::drop_newest;
  /// The server ends the subscription after so many messages, 999999999 at most; 0: it does not.
  std::uint64_t max_messages = 0;
};

/// The messages published to a pattern of subjects, while it lives: core NATS, at most once.
///
/// They wait in here, in their order, until they are asked for. Nothing is missing silently: where
/// messages were dropped for want of room, next() throws `limit_exceeded`, and where the connection
/// was lost and made again, `unavailable` (what was published meanwhile is not here). Both are
/// thrown once, in their place between the messages, with disposition retry: the next next() goes
/// on with what came after. `closed` (permanent) says that the connection was closed,
/// and `unavailable` (permanent) that the server does not permit this user to subscribe there.
///
/// Subscribed from the start, or as soon as there is a connection: what the same connection sends
/// later comes in; `co_await link.flush()` before others are told to publish. Belongs to its
/// connection's loop. May be destroyed at any moment, also while next() is in flight, which then
/// gives nothing; but not after the connection.
///
///     nats::subscription orders(link, nats::subject_pattern("orders.>"));
///     while (auto one = co_await orders.next()) use(one->subject(), one->payload());
class subscription {
 public:
  /// Throws `invalid_argument` for options that cannot be used, `closed` on a closed connection.
  subscription(connection& over, subject_pattern pattern, subscription_options options = {});
  subscription(subscription&&) noexcept;
  subscription& operator=(subscription&& other) noexcept;
  ~subscription();

  /// Suspends until there is a message; nothing once the subscription has ended and what waited is
  /// taken. Any number of tasks may wait: first come, first served. A next() that is cancelled has
  /// taken nothing.
  task<std::optional<message>> next();
  /// The same for as many as there are at once, at most `max`; empty at the end. What stands before
  /// a gap is given before the gap is told.
  task<std::vector<message>> next_batch(std::size_t max);
  /// The same as a stream, which owns the subscription from here. Gaps are failures in their place,
  /// after which it goes on; `closed` ends it.
  stream<message> messages() &&;

  /// Ends it: takes no more from the server. What waits in here is still given.
  void unsubscribe() noexcept;
  /// Ends it without losing what the server has given to it: asks the server to send no more, and
  /// waits until it has read that, for `limit` at most; all that it sent until then is in here.
  /// Throws `unavailable` when the connection was lost instead, or `deadline_exceeded`; the
  /// subscription has ended all the same.
  task<> drain(duration limit = std::chrono::seconds(5));

  bool has_ended() const noexcept;
  /// How many messages and bytes wait in here.
  std::size_t waiting_messages() const noexcept;
  std::size_t waiting_bytes() const noexcept;
  /// How many messages came and were dropped, since the start.
  std::uint64_t dropped() const noexcept;

 private:
  std::shared_ptr<detail::subscription_state> state_;
};

}  // namespace weir::nats
