// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "envelope.hpp"
#include "weir/detail/intrusive_list.hpp"
#include "weir/manual_reset_event.hpp"

namespace weir::nats::detail::model {

/// What one client has subscribed to.
struct interest {
  std::string pattern;
  std::string queue;               ///< the queue group; empty for none
  std::uint64_t max_messages = 0;  ///< ends after so many; 0: does not
  std::uint64_t sent_messages = 0;

  bool is_over() const noexcept { return max_messages > 0 && sent_messages >= max_messages; }
};

/// One thing that a client has sent: a message, the beginning or end of a subscription, or a PING.
struct sent {
  enum class kind : unsigned char { message, subscribe, unsubscribe, ping };
  kind what;
  std::size_t subscription = 0;
  interest wanted = {};
  shared_envelope message = nullptr;
};

/// One thing that the server has sent; without a message it says that there was no responder, or is
/// a PONG.
struct arrival {
  std::size_t subscription;
  shared_envelope message;      ///< null where nobody listens for what was asked
  std::string unanswered = {};  ///< then: where its answer would have gone
  bool is_pong = false;
};

/// A connection between a client and the model: what is under way in both directions, in order.
///
/// The client's end belongs to a model_transport, the server's to the broker.
class link : public weir::detail::list_hook {
 public:
  std::deque<sent> to_server;
  std::size_t bytes_to_server = 0;
  manual_reset_event server_has_work;

  std::deque<arrival> to_client;
  manual_reset_event client_has_work;

  /// What this client publishes goes to the others alone.
  bool no_echo = false;
  /// The server's side of the subscriptions.
  std::map<std::size_t, interest> interests;
  /// Set when the server has ended the connection.
  bool is_over = false;
  std::string reason;
};

}  // namespace weir::nats::detail::model
