// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/clock.hpp"

namespace weir::nats {

/// One client's part in a priority group of a consumer (consumer_config::priority_groups), which is
/// shared as its `priority` policy says:
/// - `overflow`: a client gets messages only while `min_pending` or `min_ack_pending` are reached;
/// - `pinned_client`: one client gets all, until it is gone for `priority_timeout` or
///   jetstream::unpin_consumer() is called; who has lost the pin goes on as one of the others;
/// - `prioritized`: whoever waits with the lowest `priority` is served first (server 2.12).
/// Needs nats-server 2.11; an older one is `unsupported`.
struct priority_options {
  std::string group;  ///< empty: none
  /// Messages are given only while so many wait in the consumer, or are delivered and not
  /// acknowledged: for clients that help out (`overflow`). 0: always.
  std::uint64_t min_pending = 0;
  std::uint64_t min_ack_pending = 0;
  int priority = 0;  ///< 0, which is first, to 9
};

/// What one pull asks for.
struct fetch_options {
  std::size_t count = 1;
  /// How long to wait for messages; 0 takes only what is there.
  duration expires = std::chrono::seconds(5);
  /// Ends as soon as it has something: what is there now, or else the first that comes.
  bool no_wait = false;
  /// Bytes of messages at most, as the server counts them: subject, address of the
  /// acknowledgement, headers and payload. 0: any number.
  std::size_t max_bytes = 0;
  /// How often the server says that it has not forgotten the pull; at most half of `expires`. The
  /// fetch ends after twice that without a sign, but not before a second or two round trips of it.
  /// 0: never; then it ends with its time.
  duration heartbeat{};
  priority_options priority = {};
};

}  // namespace weir::nats
