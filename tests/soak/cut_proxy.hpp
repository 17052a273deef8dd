// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/tcp.hpp"

namespace weir::soak {

/// Stands between clients and a server on 127.0.0.1, and can cut all connections in the middle of
/// whatever goes over them. Belongs to the loop it is made on.
class cut_proxy {
 public:
  explicit cut_proxy(std::uint16_t server)
      : listener_(tcp_listener::bind("127.0.0.1", 0)), server_(server) {}

  std::string url() const { return "nats://127.0.0.1:" + std::to_string(listener_.port()); }
  /// Serves until it is cancelled.
  task<> serve();
  /// Ends all connections that there are: what is on its way is lost.
  void cut() noexcept { cut_.set(); }

 private:
  task<> serve_one(tcp_stream client);
  task<> relay(tcp_stream client);

  tcp_listener listener_;
  std::uint16_t server_;
  manual_reset_event cut_;
};

}  // namespace weir::soak
