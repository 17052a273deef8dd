// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/jetstream.hpp"
#include "weir/nats/object_info.hpp"
#include "weir/nats/object_source.hpp"

namespace weir::nats::detail {

/// Stores the bytes of `from` as an object; see object_store::put(). `from` outlives it.
task<object_info> upload_object(jetstream js, std::string bucket, object_meta what,
                                object_source& from);

}  // namespace weir::nats::detail
