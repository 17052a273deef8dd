// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "received_message.hpp"
#include "weir/nats/connection.hpp"
#include "weir/nats/message.hpp"
#include "weir/task.hpp"

namespace weir::nats::detail {

/// One server to connect to.
struct server_address {
  std::string host;  ///< as in a URL: an IPv6 address in brackets
  std::string port;  ///< a number, checked
  std::string user;
  std::string password;
  bool tls = false;  ///< by its scheme: never to be connected to without encryption
  /// What its certificate must be for; empty: the host.
  std::string certificate_name = {};

  /// "host:port": for messages, so without user and password.
  std::string shown() const { return host + ":" + port; }
  /// The host as one looks it up.
  std::string name() const {
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
  }
  std::string verified_name() const { return certificate_name.empty() ? name() : certificate_name; }
  std::uint16_t port_number() const { return static_cast<std::uint16_t>(std::stoi(port)); }
};

/// Whoever a subscription's messages go to; called on the loop while bytes are read.
class message_sink {
 public:
  virtual void on_message(message received) noexcept = 0;
  /// The same for a message that is still among the bytes that were read; who needs it only for
  /// the moment saves the copy.
  virtual void on_message_read(const message_parts& parts) noexcept {
    on_message(copy_message(parts));
  }
  /// Nobody listens where a message with the reply `subject` went, which this subscription covers.
  virtual void on_no_responders(std::string_view subject) noexcept = 0;

 protected:
  ~message_sink() = default;
};

/// What a subscription is for; the texts have been checked.
struct subscription_request {
  std::string pattern;  ///< `*` stands for one token, a last `>` for one or more
  /// Of the subscriptions of one group each message goes to one, the server chooses which; empty:
  /// to this one whatever others get.
  std::string queue_group = {};
  /// After so many messages the server ends the subscription; 0: it does not.
  std::uint64_t max_messages = 0;
};

/// The largest subscription_request::max_messages: a server takes nine digits.
inline constexpr std::uint64_t subscription_messages_max = 999'999'999;

/// What a connection tells besides messages; called on the loop.
class transport_listener {
 public:
  /// The server is about to end, and takes no new connections.
  virtual void on_lame_duck() noexcept = 0;
  /// The server refused one publication or subscription, and the connection goes on. Its words:
  /// `Permissions Violation for Publish to "orders.created"`.
  virtual void on_not_permitted(const std::string& words) noexcept = 0;
  /// The server has answered the oldest transport::ping() that it had not answered yet.
  virtual void on_pong() noexcept = 0;
  /// Bytes that were queued have been handed to the kernel.
  virtual void on_written() noexcept = 0;
  /// The servers of the cluster now, as URLs.
  virtual void on_cluster_servers(const std::vector<std::string>& known) noexcept = 0;

 protected:
  ~transport_listener() = default;
};

/// A message to be sent. The texts have been checked.
struct outgoing {
  std::string_view subject;
  std::string_view reply = {};  ///< empty for none
  std::string_view payload = {};
  const nats::headers* headers = nullptr;
  std::string_view msg_id = {};  ///< empty for none
};

/// One connection to one server, from its making to its end: the seam below which the wire, or a
/// model of a server, does its work.
///
/// All of it belongs to one loop. After the end of run() nothing is sent or received any more;
/// another connection is another transport.
class transport {
 public:
  using subscription = std::size_t;

  virtual ~transport() = default;

  /// Connects, within `options.connect_timeout`; once. Throws `unavailable` with the reason. The
  /// listener is told until the transport ends.
  virtual task<server_info> connect(const server_address& server, const connection_options& options,
                                    transport_listener& listener) = 0;
  /// Moves bytes both ways until the connection ends; throws why.
  virtual task<> run() = 0;

  virtual subscription subscribe(const subscription_request& wanted, message_sink& sink) = 0;
  /// Asks the server to send no more for this subscription. What it has sent until it reads that
  /// still goes to the sink; the subscription is still to be given to unsubscribe(). A sink may
  /// call this.
  virtual void stop(subscription made) noexcept = 0;
  /// The sink is not called any more, and the server is told. Not to be called by a sink.
  virtual void unsubscribe(subscription made) noexcept = 0;

  /// Queues a message, to be sent with all others of this turn of the loop. False when the
  /// connection has ended.
  virtual bool publish(const outgoing& message) noexcept = 0;

  /// Queues a PING behind all that was queued before: its PONG proves that the server has read
  /// that, and stands behind all that the server had sent by then. False when the connection has
  /// ended.
  virtual bool ping() noexcept = 0;

  /// Bytes that were queued and not handed to the kernel yet.
  virtual std::size_t unsent_bytes() const noexcept = 0;

  /// What has come in since the beginning.
  struct traffic {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;  ///< of payloads
  };
  const traffic& received() const noexcept { return received_; }
  /// How often anything at all has come in: it moves on while the server is alive and sends, in
  /// the middle of a large message too.
  std::uint64_t signs_of_life() const noexcept { return signs_of_life_; }
  /// How long the server took to answer when the connection was made.
  duration first_rtt() const noexcept { return first_rtt_; }
  /// The server said while the connection was made that it is about to end.
  bool is_lame_duck() const noexcept { return is_lame_duck_; }

 protected:
  traffic received_;
  std::uint64_t signs_of_life_ = 0;
  duration first_rtt_{};
  bool is_lame_duck_ = false;
};

/// Makes the transport of one attempt to connect.
using transport_factory = std::function<std::unique_ptr<transport>()>;

/// A transport over TCP.
std::unique_ptr<transport> make_wire_transport();

}  // namespace weir::nats::detail
