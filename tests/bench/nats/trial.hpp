// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::bench {

/// Makes the bench's stream anew, without a message.
task<> make_stream(nats::jetstream js, traffic of);
/// Fills it, and makes its consumer.
task<> fill_stream(nats::jetstream js, traffic of);

/// Throws unless the stream holds all messages.
task<> require_stored(nats::jetstream js, traffic of);
/// Throws unless every message was acknowledged, and none was delivered twice: a run that did
/// something else measures nothing.
task<> require_finished(nats::jetstream js, traffic of);

}  // namespace weir::bench
