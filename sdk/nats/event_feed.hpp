// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "weir/broadcast_channel.hpp"
#include "weir/nats/connection_event.hpp"
#include "weir/stream.hpp"

namespace weir::nats::detail {

/// A connection's events, for any number of streams; each may outlive the connection.
class event_feed {
 public:
  void tell(const connection_event& one) {
    if (channel_->subscribers() > 0) channel_->send(one);
  }
  void close() noexcept { channel_->close(); }
  stream<connection_event> read() { return read_from(channel_, channel_->subscribe()); }

 private:
  using channel_type = broadcast_channel<connection_event>;

  static stream<connection_event> read_from(std::shared_ptr<channel_type> channel,
                                            channel_type::subscription from);

  std::shared_ptr<channel_type> channel_ = std::make_shared<channel_type>(connection_events_kept);
};

}  // namespace weir::nats::detail
