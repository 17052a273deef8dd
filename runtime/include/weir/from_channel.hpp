// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "weir/channel.hpp"
#include "weir/stream.hpp"

namespace weir {
namespace detail {

/// What a channel's receive() gives, without the optional.
template <class Source>
using received_value =
    typename decltype(std::declval<Source&>().receive().finish())::value_type::value_type;

}  // namespace detail

/// The values of a channel, shared_channel or broadcast subscription as a stream, which ends when
/// the channel is closed and empty.
///
/// `source` must outlive the stream. A next() that is cancelled takes no value out of the channel,
/// and the stream can be asked again.
template <class Source>
stream<detail::received_value<Source>> from_channel(Source& source) {
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
