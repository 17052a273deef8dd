// SPDX-License-Identifier: Apache-2.0
#include "event_feed.hpp"

namespace weir::nats::detail {

stream<connection_event> event_feed::read_from(std::shared_ptr<channel_type> channel,
                                               channel_type::subscription from) {
  const std::shared_ptr<channel_type> kept = std::move(channel);
  channel_type::subscription events = std::move(from);  // Ends before the channel does.
  for (;;) {
    auto next = co_await events.receive().as_result();
    if (!next.has_value()) {
      co_yield failed(next.error());
      continue;
    }
    if (!next->has_value()) co_return;
    (*next)->missed = events.missed();
    co_yield std::move(**next);
  }
}

}  // namespace weir::nats::detail
