// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "link.hpp"
#include "weir/clock.hpp"
#include "weir/detail/split_mix.hpp"
#include "weir/task.hpp"

namespace weir::nats::detail::model {

/// Whatever of the server listens to messages besides the clients' subscriptions.
class listener {
 public:
  /// True when it was a responder to this message.
  virtual bool hear(const shared_envelope& said) = 0;

 protected:
  ~listener() = default;
};

/// The core of the model: connections, subscriptions, and who gets which message.
///
/// Nothing in here calls a client: it puts messages into links, and their transports deliver them
/// in tasks of their own. Everything random comes from one seed.
class broker {
 public:
  broker(std::uint64_t seed, std::size_t max_payload, duration latency) noexcept;
  ~broker();

  std::size_t max_payload() const noexcept { return max_payload_; }
  void set_listener(listener* heard) noexcept { listener_ = heard; }
  /// From 0 to `below - 1`.
  std::size_t random_below(std::size_t below) noexcept { return random_.next() % below; }

  /// Suspends while the server is paused; throws `unavailable` while it refuses connections.
  task<> admit(std::string server_shown);
  void attach(link& made) noexcept;
  void detach(link& gone) noexcept;
  /// How long the next message is under way.
  duration next_delay() noexcept;
  /// Takes what a client has sent; nothing while paused.
  void read(link& from);

  /// A message of the server's own, to all who have subscribed to its subject.
  void publish(envelope made);
  /// The same for those who have subscribed to `address`, whatever the message's subject is, but
  /// not to the client `besides`.
  bool deliver(const std::string& address, const shared_envelope& message,
               const link* besides = nullptr);
  bool has_interest(const std::string& address) const noexcept;

  // Faults.
  bool is_paused() const noexcept { return paused_; }
  void pause() noexcept { paused_ = true; }
  void resume() noexcept;
  void refuse_connections(bool refuse) noexcept { refusing_ = refuse; }
  /// Ends every connection. Of what is under way, some arrives in either direction.
  void cut_all(const std::string& reason);

 private:
  void take(link& from, sent& one);
  void take_message(link& from, const shared_envelope& message);
  void tell_no_responders(link& to, const std::string& reply);
  void put(link& to, arrival next);
  void cut(link& ended, const std::string& reason);

  weir::detail::split_mix random_;
  const std::size_t max_payload_;
  const duration latency_;
  listener* listener_ = nullptr;
  mutable weir::detail::intrusive_list<link> links_;
  bool paused_ = false;
  bool refusing_ = false;
  manual_reset_event running_;
};

}  // namespace weir::nats::detail::model
