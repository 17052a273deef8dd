// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "weir/postgres/pool.hpp"
#include "weir/stream.hpp"

namespace weir::postgres {

/// How many channels one listen() takes.
inline constexpr std::size_t channels_max = 64;

/// A message of NOTIFY, or the word that messages may have been missed.
struct notification {
  std::string channel;  ///< Empty for a gap.
  std::string payload;
  /// The connection was lost, and listens again: what was notified in between did not come. Look
  /// at the tables now.
  bool is_gap = false;
};

/// What is notified on some channels (NOTIFY, pg_notify), from the first next() on.
///
/// It has a connection of its own, which does not count among those of the pool. When that is lost,
/// another is opened, with the pool's back-off, for as long as it takes; the first thing that it
/// gives is a gap. A first connection that cannot be opened within the pool's `acquire_timeout` is
/// an error, and so are channels that the server refuses; next() may be called again. Channels are
/// taken as they are written, upper case too: `LISTEN orders` in SQL text is the channel "orders".
///
/// Messages that come while nobody asks wait in the connection; a consumer that is slow for long
/// lets the server's queue (8 GB) fill up, which then stops NOTIFY. Must not outlive the pool.
weir::stream<notification> listen(pool& on, std::vector<std::string> channels);

}  // namespace weir::postgres
