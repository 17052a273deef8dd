// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/nats/jetstream.hpp"

namespace weir::detail {

/// Where the server says that a consumer has delivered a message as often as it may.
std::string advisory_subject(const std::string& stream, const std::string& consumer);

/// The stream that takes what is said there. Where there is none, WEIR_ADVISORIES is made, for all
/// consumers of the account, with as many replicas as `stream`, whose advisories are wanted: 30
/// days, 64 MiB, 10 000 of a consumer. One that exists belongs to whoever made it, and is left as
/// it is: `conflict` where it does not take the subject.
task<std::string> advisory_stream(nats::jetstream& on, std::string stream, std::string subject);

}  // namespace weir::detail
