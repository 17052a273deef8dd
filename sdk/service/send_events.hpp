// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "effect_tables.hpp"
#include "weir/error.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::detail {

/// What came of sending events, each of which is confirmed, to be sent again, or refused.
struct sent_events {
  std::uint64_t confirmed = 0;
  std::uint64_t duplicates = 0;         ///< Of these: the stream had them already.
  std::vector<outbox_row> unconfirmed;  ///< To be sent again, in their order.
  std::vector<outbox_row> refused;      ///< By their streams, for good; in their order.
  std::optional<error> obstacle;        ///< None only where nothing is unconfirmed.
  std::optional<error> refusal;         ///< Of the first that is refused.
  bool was_time_over = false;           ///< That alone is the obstacle.

  /// The refusal, or else the obstacle; null when all is confirmed.
  const error* failure() const noexcept;
};

/// For how long events are sent.
struct sending_limits {
  /// For all of them. Less than a sweep may take: it deletes what is confirmed only when all of it
  /// has an answer.
  duration all = std::chrono::seconds(10);
  /// For the answer to one.
  duration answer = std::chrono::seconds(10);
};

/// What events that were sent before leave in the way of those behind them.
struct hindrances {
  std::set<std::string, std::less<>> keys;      ///< Their later messages must wait.
  std::set<std::string, std::less<>> subjects;  ///< Nobody has answered there.
};

/// Publishes the events into their streams, in their order and without waiting in between, and
/// suspends until each is confirmed or refused. Throws only when it is cancelled.
///
/// Of a key, the events of one message wait until those of the message before it are confirmed; if
/// those cannot be for now, they are not sent either. What a stream refuses for good holds nobody
/// up, and no key waits for another one. What is `known` to be hindered is not sent, and what is
/// learnt is added to it; null: nothing is.
task<sent_events> send_events(nats::jetstream& jetstream, std::vector<outbox_row> rows,
                              sending_limits limits = {}, hindrances* known = nullptr);

/// The same for events that have been left, however many: they take little of what the connection
/// has for publications, so that those of running handlers do not wait behind them, and a subject
/// where nobody answers is not tried on.
task<sent_events> send_left_events(nats::jetstream& jetstream, std::vector<outbox_row> rows);

}  // namespace weir::detail
