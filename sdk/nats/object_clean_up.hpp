// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "object_description.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::nats::detail {

/// Removes the chunks that belong to `nuid` in the connection's background, until it is done, and
/// waits for that for a while. Throws nothing and is not cancelled. `may_come`: some may still be
/// under way to the stream.
task<> clean_up_chunks(jetstream js, std::string bucket, std::string nuid, bool may_come);

/// The same, without waiting, for the object that `made` has replaced, if it has: whether it was
/// stored is not known. Nothing is removed of which it is not certain that nobody needs it.
void clean_up_in_doubt(jetstream js, object_info made, std::optional<object_description> replaced);

}  // namespace weir::nats::detail
