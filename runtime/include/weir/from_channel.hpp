// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/channel.hpp"
#include "weir/stream.hpp"

namespace weir {

/// The values of a channel as a stream, which ends when the channel is closed and empty.
///
/// `source` must outlive the stream. A next() that is cancelled takes no value out of the channel,
/// and the stream can be asked again.
template <class T>
stream<T> from_channel(channel<T>& source) {
  for (;;) {
    auto received = co_await source.receive().as_result();
    if (!received.has_value()) {
      co_yield failed(received.error());
    } else if (received->has_value()) {
      co_yield std::move(**received);
    } else {
      co_return;
    }
  }
}

}  // namespace weir
