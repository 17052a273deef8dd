// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "weir/nats/subscription.hpp"
#include "weir/timestamp.hpp"

namespace weir::nats {

/// A message was delivered as often as its consumer allows, and never acknowledged: it will not be
/// delivered again.
struct max_deliveries_advisory {
  std::string stream;
  std::string consumer;
  std::uint64_t stream_sequence = 0;
  std::uint64_t deliveries = 0;
};

/// A client has said that a message is never to be delivered again.
struct terminated_advisory {
  std::string stream;
  std::string consumer;
  std::uint64_t stream_sequence = 0;
  std::uint64_t consumer_sequence = 0;
  std::uint64_t deliveries = 0;
  std::string reason;  ///< from servers of 2.10.4 on
};

/// A client has given a message back.
struct nak_advisory {
  std::string stream;
  std::string consumer;
  std::uint64_t stream_sequence = 0;
  std::uint64_t consumer_sequence = 0;
  std::uint64_t deliveries = 0;
};

/// A stream was made, changed or deleted: `action` is "create", "modify" or "delete".
struct stream_action_advisory {
  std::string stream;
  std::string action;
};

/// The same for a consumer.
struct consumer_action_advisory {
  std::string stream;
  std::string consumer;
  std::string action;
};

/// A replicated stream, or consumer, has a new leader.
struct leader_elected_advisory {
  std::string stream;
  std::string consumer;  ///< empty for a stream's own leader
  std::string leader;    ///< the name of the server
};

/// A stream, or consumer, has lost the majority of its replicas, and can do nothing for now.
struct quorum_lost_advisory {
  std::string stream;
  std::string consumer;               ///< empty for the stream itself
  std::vector<std::string> replicas;  ///< names of servers
};

/// One that this library does not know: see advisory::text.
struct other_advisory {};

/// What JetStream says about its own doings.
struct advisory {
  using content = std::variant<other_advisory, max_deliveries_advisory, terminated_advisory,
                               nak_advisory, stream_action_advisory, consumer_action_advisory,
                               leader_elected_advisory, quorum_lost_advisory>;

  std::string type;     ///< like "io.nats.jetstream.advisory.v1.nak"; empty if it is not JSON
  std::string id;       ///< the server's, unique
  timestamp time;       ///< the epoch if it has none
  std::string subject;  ///< where it came
  content what;
  std::string text;  ///< all of it, as it came
};

/// Reads one advisory; whatever it is, it is kept in `text`.
advisory read_advisory(const message& received);
/// The same for one that came some other way, from a stream for instance.
advisory read_advisory(std::string_view subject, std::string_view payload);

/// The advisories of the account from now on: core NATS, so only what is published while somebody
/// listens. Bind a stream to their subjects where none may be missed. Gaps are told as those of a
/// subscription are. Narrow it by a pattern, for instance
/// "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>".
stream<advisory> advisories(
    connection& over, const subject_pattern& pattern = subject_pattern("$JS.EVENT.ADVISORY.>"),
    subscription_options options = {});

}  // namespace weir::nats
