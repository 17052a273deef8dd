// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "weir/nats/fetch_options.hpp"
#include "weir/nats/fetched.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/nats/pull_source.hpp"
#include "weir/stream.hpp"

namespace weir::nats {
namespace detail {
class fetch_inbox;
}

/// A pull consumer of a stream. Must not outlive the connection.
class consumer {
 public:
  /// Asks the server for the consumer. Throws `not_found`.
  static task<consumer> open(jetstream js, std::string stream, std::string name);
  consumer(consumer&&) noexcept;
  consumer& operator=(consumer&&) noexcept;
  ~consumer();

  /// One pull of at most `wanted.count` messages.
  ///
  /// A short fetch is no error. One fetch at a time; others wait for their turn. Messages that come
  /// after a fetch was cancelled or gave up are the first of the next one; those whose ack_wait has
  /// passed meanwhile are dropped, since the server delivers them again. Where the server does not
  /// tell the end, the fetch ends a second (or two round trips) after its time. Throws
  /// `invalid_argument` for options that cannot be, and `unsupported` for what the server is too
  /// old for.
  task<fetched> fetch(fetch_options wanted);
  /// The same for a count and a time; 0 takes only what is there.
  task<fetched> fetch(std::size_t count, duration expires = std::chrono::seconds(5)) {
    return fetch({.count = count, .expires = expires});
  }
  /// One message, waited for as long as this; nothing when none came. Throws `not_found` when the
  /// consumer was deleted, `unavailable` (retry) when it cannot be asked, and what the server
  /// refused (permanent).
  task<std::optional<delivery>> next(duration limit = std::chrono::seconds(5));
  /// Acknowledges a delivery of this consumer and gives the next one, with one message to the
  /// server instead of two: for work in order, one message at a time. The rest is as for next().
  /// `done` is acknowledged however this ends, also when it is cancelled or throws; without a
  /// connection, on the next one, as delivery::ack() does.
  task<std::optional<delivery>> ack_and_next(delivery done,
                                             duration limit = std::chrono::seconds(5));

  /// Its messages without end, fetched ahead as far as `options.slots` allows; see pull_source,
  /// which is behind it. Begins to pull with the first next(), and gives back what it has not
  /// handed out when it is destroyed. Throws `not_found` once the consumer was deleted. Must not
  /// outlive the connection, but may outlive this consumer.
  stream<delivery> messages(pull_options options = {}) const;

 private:
  explicit consumer(std::unique_ptr<detail::fetch_inbox> pulls) noexcept;

  task<std::optional<delivery>> take_one(duration limit, delivery* done);

  std::unique_ptr<detail::fetch_inbox> pulls_;
};

}  // namespace weir::nats
