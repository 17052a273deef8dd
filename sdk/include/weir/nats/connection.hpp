// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "weir/clock.hpp"
#include "weir/nats/connection_event.hpp"
#include "weir/nats/connection_statistics.hpp"
#include "weir/nats/credentials.hpp"
#include "weir/nats/headers.hpp"
#include "weir/nats/server_info.hpp"
#include "weir/nats/subject.hpp"
#include "weir/nats/tls_options.hpp"
#include "weir/stream.hpp"
#include "weir/task.hpp"

namespace weir::nats {
namespace detail {
class connection_core;
}

class model_server;

/// Where a connection goes, and its limits. The defaults suit a service beside its servers.
struct connection_options {
  /// One server or several with commas between them: "nats://user:password@host:4222,host2",
  /// or "nats://token@host"; with one "tls://" among them, to none of them without encryption. What
  /// a user, password or token has of ",", ":", "@", "/" and "%" is written as %2C and so on, and a
  /// server behind a comma that has its own user begins with its scheme.
  std::string url = "nats://127.0.0.1:4222";
  nats::credentials credentials = {};
  tls_options tls = {};
  /// What the server shows in its list of connections.
  std::string name = "weir";
  /// What is published over this connection does not come to its own subscriptions, and counts as
  /// unheard where nobody else listens. What a stream delivers comes all the same.
  bool no_echo = false;
  /// How long one attempt to connect may take.
  duration connect_timeout = std::chrono::seconds(2);
  /// How long a server is left alone after so many failures in a row, from 1; without it anything
  /// up to a span that grows from 50 ms to 5 s. Called on the loop; must not throw.
  std::function<duration(unsigned failures)> reconnect_delay = {};
  /// Where the API of JetStream is: "$JS.hub.API" for that of the domain "hub", or what an
  /// account's import calls it.
  std::string jetstream_api = "$JS.API";
  /// How often the server is asked for a sign of life, and how long it may take to give it.
  duration probe_interval = std::chrono::seconds(5);
  duration probe_timeout = std::chrono::seconds(5);
  /// Publishing suspends while this many bytes wait to be sent.
  std::size_t high_water_bytes = 256U << 10;
  /// How many publications wait for their confirmation at the same time; more suspend.
  std::size_t publish_window = 4096;
  /// Called on the loop, in the middle of its work; must not throw. See connection::events() too.
  std::function<void(const connection_event&)> on_event;
};

/// A connection to NATS that is made again whenever it is lost, for ever.
///
/// Belongs to the loop it is made on. It connects in the background from the start; what needs the
/// server waits for it, up to its own deadline. Attempts back off exponentially with full jitter,
/// from server to server. `co_await close()` before it is destroyed.
class connection {
 public:
  /// Starts to connect. Throws `invalid_argument` for a URL that is none, and for
  /// credentials that contradict each other.
  explicit connection(connection_options options);
  /// Connects to a model of a server in this process, which must outlive it.
  explicit connection(model_server& server, connection_options options = {});
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  bool is_connected() const noexcept;
  /// Suspends until there is a connection. Throws when cancelled.
  task<> wait_connected();

  /// What the server said about itself; before the first connection all of it is empty, and while
  /// there is none, it is of the last one.
  const server_info& server() const noexcept;

  /// The connection's events from this call on, without end until it is closed. A reader that falls
  /// behind by more than connection_events_kept misses the oldest; `missed` counts them.
  stream<connection_event> events();
  /// How long the server takes to answer, as the client sees it: a PING, there and its PONG back.
  /// Throws as flush() does.
  task<duration> rtt(duration limit = std::chrono::seconds(5));
  connection_statistics statistics() const noexcept;

  /// Publishes without a confirmation: at most once. Suspends above the high-water mark and while
  /// there is no connection; throws for a payload above the server's limit. What the arguments
  /// refer to must live until it is done.
  task<> publish(const subject& to, std::string_view payload);
  task<> publish(const subject& to, std::string_view payload, const headers& with);

  /// Suspends until the server has read all that was sent before. Throws `unavailable` when the
  /// connection is lost or moves meanwhile and nobody knows what was read, or `deadline_exceeded`.
  task<> flush(duration limit = std::chrono::seconds(5));

  /// Takes on nothing new. Subscriptions and responders leave their subjects, and it suspends until
  /// all that the server had sent them before is here; their readers get that, and then the end.
  /// Pull sources stop(): what waits in them goes back, which their close() waits for. What they
  /// answer, acknowledge and publish goes on being sent, until close(). When `limit` passes, the
  /// connection is lost, or this is cancelled, it throws, and what did come is read all the same.
  /// Watches and ordered consumers only read: close() ends them.
  task<> drain(duration limit = std::chrono::seconds(5));

  /// Flushes for a moment, then disconnects; works in a cancelled task as well. What still waits
  /// for the server fails with `closed`.
  task<> close();

  /// For weir's own classes.
  detail::connection_core& core() noexcept { return *core_; }

 private:
  std::unique_ptr<detail::connection_core> core_;
};

}  // namespace weir::nats
