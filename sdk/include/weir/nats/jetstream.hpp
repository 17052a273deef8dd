// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/account_info.hpp"
#include "weir/nats/connection.hpp"
#include "weir/nats/consumer_info.hpp"
#include "weir/nats/ensured.hpp"
#include "weir/nats/publication.hpp"
#include "weir/nats/stored_message.hpp"
#include "weir/nats/stream_info.hpp"
#include "weir/stream.hpp"

namespace weir::nats {

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

  /// Makes the stream, or changes what differs from `wanted` in an existing one, and says what it
  /// did. What the server refuses to change is thrown with the fields that were to be changed, and
  /// nothing is. Fields that the server is too old for are `unsupported` and nothing is made or
  /// changed; one that is seen only afterwards to have been dropped from an update is
  /// `unsupported` too, and the error says that the rest was changed.
  task<ensured<nats::stream_info>> ensure_stream(stream_config wanted);
  /// What ensure_stream would find different; changes nothing.
  task<config_comparison> compare_stream(stream_config wanted);
  task<nats::stream_info> stream_info(std::string name);
  task<> delete_stream(std::string name);
  /// The streams of the account, or those with a subject that fits. Asked for page by page: one
  /// that is deleted or made meanwhile may make another be missed.
  stream<std::string> stream_names(std::string subject = {});
  stream<nats::stream_info> streams(std::string subject = {});

  /// Removes messages; gives their number.
  task<std::uint64_t> purge_stream(std::string name, purge_options options = {});
  task<> delete_message(std::string stream, std::uint64_t sequence,
                        erasure how = erasure::overwrite);
  /// One stored message; throws `not_found` where there is none.
  task<stored_message> get_message(std::string stream, std::uint64_t sequence,
                                   get_from from = get_from::leader);
  /// The last one on a subject, or on any that fits a pattern.
  task<stored_message> last_message(std::string stream, std::string subject,
                                    get_from from = get_from::leader);
  /// The first one on a subject, or on any that fits a pattern, from a sequence on.
  task<stored_message> next_message(std::string stream, std::string subject,
                                    std::uint64_t from_sequence, get_from from = get_from::leader);

  /// Makes the durable consumer, or changes what differs from `wanted` in an existing one; the same
  /// rules as for ensure_stream. A filter of the one kind takes the place of the other.
  task<ensured<nats::consumer_info>> ensure_consumer(std::string stream, consumer_config wanted);
  /// What ensure_consumer would find different; changes nothing.
  task<config_comparison> compare_consumer(std::string stream, consumer_config wanted);
  /// Makes a consumer with a name of its own, which the server removes when no client has used it
  /// for `inactive_threshold`.
  task<nats::consumer_info> create_ephemeral_consumer(std::string stream, consumer_config wanted);
  task<nats::consumer_info> consumer_info(std::string stream, std::string consumer);
  task<> delete_consumer(std::string stream, std::string consumer);
  /// The consumers of a stream, page by page as the streams are.
  stream<std::string> consumer_names(std::string of_stream);
  stream<nats::consumer_info> consumers(std::string of_stream);
  /// Delivers nothing until then; server 2.11, `unsupported` on an older one.
  task<nats::consumer_info> pause_consumer(std::string stream, std::string consumer,
                                           timestamp until);
  task<nats::consumer_info> resume_consumer(std::string stream, std::string consumer);
  /// Takes the pin of a priority group from the client that has it: the next that pulls is pinned.
  /// Server 2.11, `unsupported` on an older one.
  task<> unpin_consumer(std::string stream, std::string consumer, std::string group);

  /// What the account uses of JetStream, and may use.
  task<nats::account_info> account_info();

  /// For weir's own classes.
  detail::connection_core& core() const noexcept { return *core_; }

 private:
  detail::connection_core* core_;
};

}  // namespace weir::nats
