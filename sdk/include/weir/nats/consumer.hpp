// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weir/nats/delivery.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/nats/pull_source.hpp"
#include "weir/stream.hpp"

namespace weir::nats {
namespace detail {
class fetch_inbox;
}

/// Why a fetch came to its end.
enum class fetch_end : unsigned char {
  complete,          ///< As many messages as asked for.
  timeout,           ///< The time passed.
  no_messages,       ///< There was none, and none was to be waited for.
  refused,           ///< The server refused or ended the pull; the text says why.
  consumer_deleted,  ///< It will never give a message again.
  no_responders,     ///< No such consumer, or it has no leader now.
  disconnected,      ///< The connection was lost; what had come is given.
};

/// What a fetch brought, and why not more.
struct fetched {
  std::vector<delivery> messages;
  fetch_end end = fetch_end::complete;
  std::string reason;
};

/// A pull consumer of a stream. Must not outlive the connection.
class consumer {
 public:
  /// Asks the server for the consumer. Throws `not_found`.
  static task<consumer> open(jetstream js, std::string stream, std::string name);
  consumer(consumer&&) noexcept;
  consumer& operator=(consumer&&) noexcept;
  ~consumer();

  /// One pull of at most `count` messages. With `expires` 0 it takes only what is there.
  ///
  /// A short fetch is no error. One fetch at a time; others wait for their turn. Messages that come
  /// after a fetch was cancelled or gave up are the first of the next one.
  task<fetched> fetch(std::size_t count, duration expires = std::chrono::seconds(5));

  /// Its messages without end, fetched ahead as far as `options.slots` allows; see pull_source,
  /// which is behind it. Begins to pull with the first next(), and gives back what it has not
  /// handed out when it is destroyed. Throws `not_found` once the consumer was deleted. Must not
  /// outlive the connection, but may outlive this consumer.
  stream<delivery> messages(pull_options options = {}) const;

 private:
  explicit consumer(std::unique_ptr<detail::fetch_inbox> pulls) noexcept;

  std::unique_ptr<detail::fetch_inbox> pulls_;
};

}  // namespace weir::nats
