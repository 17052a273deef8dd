// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "dead_letter.hpp"
#include "inbox.hpp"
#include "statistics.hpp"
#include "weir/nats/advisories.hpp"
#include "weir/nats/pull_source.hpp"
#include "weir/service/service.hpp"

namespace weir::detail {

/// Stores the dead letters of messages that the server has given up.
///
/// A service's consumer has no `max_deliver`: the service gives up itself. But somebody may set one
/// on the server while it runs, or the consumer is older than the service. A message that was
/// delivered so often is never delivered again, and only an advisory tells. So that none is lost
/// while no program runs, there is a stream for them, made at the start where no stream takes them
/// yet: WEIR_ADVISORIES, with `$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>`, bounded in age and
/// size, one for the account; and on it a durable consumer for each of the service's consumers that
/// has a dead-letter subject ("ORDERS=billing"), which the instances share. Where an account does
/// not let them be made that is said once, and nothing is watched: the service works all the same.
///
/// A letter is stored once, under the id of the one that the service would store, and confirmed
/// before the advisory is acknowledged. None is stored for a message that was handled after all, as
/// far as that can be known: where the inbox has it, where it is gone from its stream (a work queue
/// deletes what is acknowledged), while it is in hand here. An acknowledgement that came late is
/// not to be seen in the consumer: of a handler without an inbox such a message gets a letter, too.
/// What was given up before the stream was made is not known, nor what a `max_deliver` gives up
/// that is set below the deliveries a message has had: the server tells of neither. nats-server 2.9
/// delivers what it has given up again when it is started again and the limit is lifted by then,
/// which a service does at its start: the message is handled as any other, and its letter stays.
class given_up_by_server {
 public:
  struct dependencies {
    nats::jetstream& jetstream;
    const inbox* handled;  ///< Null for a handler that has none.
    consumer_statistics& statistics;
    std::function<bool(std::uint64_t sequence)> is_in_hand;
  };

  given_up_by_server(const service::registration& registered, dependencies on)
      : registered_(registered), on_(std::move(on)) {}

  /// Makes what is missing and begins to listen, as far as that is possible now.
  task<> open();
  /// Stores letters until stop(). Throws only when it is cancelled.
  task<> run();
  /// True when every advisory is settled.
  task<bool> is_done();
  /// Takes nothing more.
  void stop() noexcept;
  task<> close();

 private:
  /// A message that is to get a letter.
  struct lost_message {
    nats::delivery* told;
    nats::max_deliveries_advisory what;
    timestamp given_up_at;
    nats::stored_message stored;
    std::string identity;
  };

  const durable& policy() const noexcept { return registered_.policy; }
  std::string own_stream() const { return std::string(registered_.entry.stream); }
  std::string consumer_name() const;
  task<> try_to_listen();
  task<> listen();
  task<> settle(std::vector<nats::delivery> told);
  task<std::optional<lost_message>> look_at(nats::delivery& told);
  /// What the inbox knows it by.
  std::string message_id(const nats::stored_message& stored) const;
  bool must_wait(nats::delivery& told, const nats::max_deliveries_advisory& what,
                 timestamp at) const;
  task<> store(lost_message& lost);

  const service::registration& registered_;
  dependencies on_;
  bool may_listen_later_ = false;
  bool was_told_ = false;  ///< That it cannot listen.
  std::string advisory_stream_;
  std::optional<nats::pull_source> source_;  ///< Nothing where nothing is watched.
};

/// Says that a limit was found on the service's consumer, and lifted.
void tell_of_lifted_limit(const nats::ensured<nats::consumer_info>& known);

}  // namespace weir::detail
