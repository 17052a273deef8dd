// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/channel.hpp"
#include "weir/stream.hpp"

namespace weir {

/// The values of a channel as a stream, which ends when the channel is closed and empty.
///
/// `source` must outlive the stream. A next() that is cancelled takes no value out of the channel.
template <class T>
stream<T> from_channel(channel<T>& source) {
  while (std::optional<T> value = co_await source.receive()) co_yield std::move(*value);
}

}  // namespace weir
