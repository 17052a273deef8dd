// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "weir/nats/jetstream.hpp"

namespace weir::nats::detail {

/// The last message of a bucket's stream on `subject`, or nothing. Throws `not_found` where the
/// stream itself is not there, which the server's answer tells by its words alone.
task<std::optional<stored_message>> last_in_bucket(jetstream js, std::string stream,
                                                   std::string subject);

/// Whether the stream has a message on `subject` from a sequence on; throws the same.
task<bool> is_in_bucket(jetstream js, std::string stream, std::string subject,
                        std::uint64_t from_sequence);

}  // namespace weir::nats::detail
