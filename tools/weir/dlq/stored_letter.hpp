// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "letter.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::dlq {

/// A letter with its message, as the stream's leader has it now.
struct stored_letter {
  letter about;
  nats::stored_message message;
};

/// Reads a letter; nothing where it is gone. Throws a permanent `invalid_input` for a message that
/// is no dead letter, which no command touches.
task<std::optional<stored_letter>> read_stored(nats::jetstream on, std::string stream,
                                               std::uint64_t sequence);

/// Deletes a message; false where it is gone already.
task<bool> delete_stored(nats::jetstream on, std::string stream, std::uint64_t sequence,
                         nats::erasure how);

/// The message that died, where its stream still has it: the same, and not another one under its
/// number in a stream that was made anew.
task<std::optional<nats::stored_message>> read_original(nats::jetstream on, letter of);

}  // namespace weir::dlq
