// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "weir/nats/connection.hpp"
#include "weir/nats/message.hpp"
#include "weir/stream.hpp"

namespace weir::nats {

/// How one question is asked.
struct request_options {
  const nats::headers* headers = nullptr;
  /// How long to wait, for a connection and for the answer; the deadline around it counts as well.
  duration timeout = std::chrono::seconds(5);
};

/// Publishes a question and gives the first answer to it.
///
/// The question is sent once, when there is a connection. Any number of tasks may ask at the same
/// time; 1024 questions of one connection are in flight, more wait their turn. Throws, all with
/// disposition retry:
/// - `unavailable`, and the text says "no responders": nobody is subscribed to `to`, so nobody has
///   got it. The server says that at once.
/// - `deadline_exceeded`: no answer came in time. It may have been handled.
/// - `unavailable`, and the text says "connection was lost": it may have been handled as well.
/// A question above the server's limit of size is `limit_exceeded`, permanent. An answer may be a
/// service's error: see service_error_of(). What the arguments refer to must live until it is done.
task<message> request(connection& over, const subject& to, std::string_view payload,
                      request_options options = {});

/// When the answers of request_many() are complete: at the first of these.
struct request_many_options {
  nats::headers headers = {};
  duration timeout = std::chrono::seconds(5);  ///< in all, from when it is sent
  std::size_t max_answers = 0;                 ///< 0: no limit
  /// Between two answers, once the first has come; 0: no limit.
  duration stall = {};
  /// An answer without headers and payload ends them, and is not given.
  bool ends_with_empty = false;
};

/// Publishes a question, and gives what all who listen answer to it, until the answers are complete
/// as `options` say (ADR-47). They come in the order of their arrival; at most 65536 of them, or
/// 64 MiB, wait to be asked for, and what is dropped beyond that is told as a subscription does.
///
/// The question is sent with the first next(), which waits for a connection as long as its caller
/// may. Throws `unavailable` with "no responders" where nobody listens; a lost connection is told
/// like any gap. A next() that is cancelled has lost nothing once the question was sent.
stream<message> request_many(connection& over, subject to, std::string payload,
                             request_many_options options = {});

/// Publishes with the address that answers are to go to, for instance a subscription's own.
task<> publish_request(connection& over, const subject& to, const subject& reply_to,
                       std::string_view payload);
task<> publish_request(connection& over, const subject& to, const subject& reply_to,
                       std::string_view payload, const headers& with);

/// Answers a message: publishes to its reply subject. Throws `invalid_argument` for a message that
/// has none, or one that cannot be published to.
task<> respond(connection& over, const message& to, std::string_view payload);
task<> respond(connection& over, const message& to, std::string_view payload, const headers& with);

}  // namespace weir::nats
