// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/nats/headers.hpp"
#include "weir/nats/publication.hpp"
#include "weir/task.hpp"

namespace weir::nats::detail {

class connection_core;

/// A message that was refused because the stream has gone on, perhaps by a copy of the same message
/// whose confirmation was lost.
struct doubtful_publication {
  std::string stream;
  std::string subject;
  std::string msg_id;
  nats::headers headers;
};

/// Whether the message is in the stream after all.
struct doubt_resolved {
  enum class outcome : unsigned char {
    stored,      ///< It is; `ack` tells where.
    not_stored,  ///< Another message stands in its place.
    unknown,     ///< What would tell is not there any more, or the server does not answer.
  };
  outcome is = outcome::unknown;
  publish_ack ack;
};

/// Looks at the place in the stream where the message is, if it is stored: right behind the
/// sequence that it expected. Throws only when cancelled.
task<doubt_resolved> resolve_doubt(connection_core& core, doubtful_publication about);

}  // namespace weir::nats::detail
