// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "conversation.hpp"
#include "weir/scope.hpp"
#include "weir/semaphore.hpp"

namespace weir::http {

/// What is behind an http_server: its port, and who comes to it.
class front {
 public:
  explicit front(http_server_options options);

  task<> run();
  const socket_address& address() const noexcept { return listener_.address(); }
  const http_server_counters& counters() const noexcept { return desk_.counters; }

 private:
  task<> take_all(scope& conversations);
  task<> serve(std::unique_ptr<conversation> one);

  std::function<void(const error&)> report_;
  tcp_listener listener_;
  desk desk_;
  /// To take connections, however much is read meanwhile.
  loop_share share_{http_server::share_of_loop, http_server::burst};
  semaphore places_{http_server::connections_max};
};

}  // namespace weir::http
