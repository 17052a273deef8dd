// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "weir/nats/service_error.hpp"
#include "weir/nats/subscription.hpp"

namespace weir::nats {
namespace detail {
class responder_state;
}

/// What a handler answers.
struct reply {
  std::string payload = {};
  nats::headers headers = {};
  /// Says that it could not be done; its headers are added to the answer's.
  std::optional<service_error> failure = {};
};

/// Answers one message. It is kept as long as any of its tasks runs, so a lambda that captures may
/// be the coroutine itself. An exception becomes a service_error: see to_service_error().
using request_handler = std::function<task<reply>(message)>;

/// How a responder works, and its bounds.
struct responder_options {
  std::string queue_group = {};  ///< empty: it answers whatever others answer too
  std::size_t concurrency = 64;  ///< handlers that run at the same time
  /// Messages, and their bytes, that wait for a handler; more are dropped and counted.
  std::size_t max_waiting_messages = 65536;
  std::size_t max_waiting_bytes = 64U << 20;
};

/// What a responder has done so far.
struct responder_statistics {
  std::uint64_t requests = 0;  ///< handlers that have ended
  std::uint64_t errors = 0;    ///< of those: with an error, or with an answer that was not sent
  std::uint64_t dropped = 0;   ///< messages that found no room
  std::string last_error = {};
  duration processing_time = {};  ///< of all handlers together
};

/// Answers the messages to a pattern of subjects: one handler for each, several at the same time.
///
/// It begins at once, works on over reconnects, and belongs to its connection's loop. A message
/// without a reply subject is handled, and its answer dropped. An answer that cannot be sent for
/// five seconds, for want of a connection, is given up. `co_await` drain() or close() before it is
/// destroyed, and before the connection is; who does so in several tasks waits for all of them.
///
///     nats::responder doubling(link, nats::subject_pattern("math.double"),
///                              [](nats::message asked) -> weir::task<nats::reply> {
///                                co_return nats::reply{.payload = twice(asked.payload())};
///                              });
class responder {
 public:
  /// Throws `invalid_argument` for options that cannot be used, `closed` on a closed connection.
  responder(connection& over, subject_pattern pattern, request_handler handler,
            responder_options options = {});
  responder(responder&&) noexcept;
  responder& operator=(responder&&) = delete;
  ~responder();

  /// Takes no more from the server (which gives it to other members of the queue group), and
  /// suspends until all that it had given is answered. `limit` is for the server's part; when that
  /// passes, or the connection is lost, the rest is answered all the same. A drain() that is
  /// cancelled is to be followed by close().
  task<> drain(duration limit = std::chrono::seconds(5));
  /// Takes no more, cancels the handlers that run, and suspends until they have ended; those who
  /// wait for them are answered with service_error 503. Is not cancelled itself.
  task<> close();

  /// True when no more messages come to it; what has come may still be handled.
  bool has_ended() const noexcept;
  /// Suspends until then. Throws why, where it was not asked to end: the server does not permit the
  /// user to subscribe (`unavailable`, permanent), the connection was closed (`closed`).
  task<> ended();

  const responder_statistics& statistics() const noexcept;
  void reset_statistics() noexcept;

 private:
  std::unique_ptr<detail::responder_state> state_;
};

}  // namespace weir::nats
