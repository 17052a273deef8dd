// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nats/nats.h>

#include "weir/nats/message.hpp"

namespace weir::nats::detail {

/// Takes over a message of the library's.
message adopt(natsMsg* native) noexcept;

/// Destroys a message at the end of this turn of the loop, with others: each natsMsg_Destroy may
/// wake the library's collector thread, and a batch wakes it once.
void retire(natsMsg* native) noexcept;

}  // namespace weir::nats::detail
