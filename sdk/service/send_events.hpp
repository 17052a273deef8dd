// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "effect_tables.hpp"
#include "weir/error.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::detail {

/// What came of sending events.
struct sent_events {
  std::uint64_t confirmed = 0;
  std::uint64_t duplicates = 0;         ///< Of these: the stream had them already.
  std::vector<outbox_row> unconfirmed;  ///< In their order.
  std::vector<std::int64_t> refused;    ///< Ids of those that a stream refuses for good.
  std::optional<error> obstacle;        ///< None only where there are none of those.
  bool was_time_over = false;           ///< That alone is the obstacle: nothing was refused.
};

/// Publishes the events into their streams, in their order and without waiting in between, and
/// suspends until each is confirmed or refused. Throws only when it is cancelled.
///
/// Of a key, the events of one message wait until those of the message before it are confirmed; if
/// those cannot be for now, they are not sent either. What a stream refuses for good holds nobody
/// up, and no key waits for another one.
task<sent_events> send_events(nats::jetstream& jetstream, std::vector<outbox_row> rows);

}  // namespace weir::detail
