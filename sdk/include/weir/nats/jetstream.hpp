// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/connection.hpp"
#include "weir/nats/consumer_config.hpp"
#include "weir/nats/publication.hpp"
#include "weir/nats/stream_config.hpp"
#include "weir/timestamp.hpp"

namespace weir::nats {

/// A message as its stream stores it.
struct stored_message {
  std::string subject;
  std::uint64_t sequence = 0;
  timestamp time;
  std::string payload;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// JetStream over a connection: streams, consumers, publications. A light handle; the connection
/// must outlive it.
///
/// Requests are asked again until answered, so they wait out a lost connection; after their time
/// (5 s, or the deadline around) they throw `unavailable`. What the server refuses is thrown with
/// its words: `not_found`, `conflict` or `invalid_argument`, all permanent. An operation whose
/// answer was lost is asked for again: a deletion that succeeded may then say `not_found`, and a
/// purge that it removed nothing.
///
/// Like every task these begin when they are awaited: what their arguments refer to must live until
/// they are done.
class jetstream {
 public:
  explicit jetstream(connection& over) noexcept : core_(&over.core()) {}
  explicit jetstream(detail::connection_core& core) noexcept : core_(&core) {}

  /// Publishes into a stream and waits for its confirmation; see publication.
  task<publish_ack> publish(const subject& to, std::string_view payload,
                            publish_options options = {});
  /// Publishes and gives back at once what to wait for later, so that many share one write and one
  /// round trip. Suspends only while the window is full or too many bytes are unsent.
  task<publication> publish_later(const subject& to, std::string_view payload,
                                  publish_options options = {});

  /// Makes the stream, or changes what differs from `wanted` in an existing one.
  task<nats::stream_info> ensure_stream(stream_config wanted);
  task<nats::stream_info> stream_info(std::string name);
  task<> delete_stream(std::string name);
  /// Removes all messages; gives their number.
  task<std::uint64_t> purge_stream(std::string name);
  task<stored_message> get_message(std::string stream, std::uint64_t sequence);

  /// Makes the consumer, or changes what differs from `wanted` in an existing one.
  task<nats::consumer_info> ensure_consumer(std::string stream, consumer_config wanted);
  task<nats::consumer_info> consumer_info(std::string stream, std::string consumer);
  task<> delete_consumer(std::string stream, std::string consumer);

  /// For weir's own classes.
  detail::connection_core& core() const noexcept { return *core_; }

 private:
  detail::connection_core* core_;
};

}  // namespace weir::nats
