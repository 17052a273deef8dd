// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/nats/server_info.hpp"
#include "weir/tcp.hpp"

namespace weir::nats::detail {

/// A port of this machine, open for a moment, that the client library connects to.
///
/// The library makes its connections itself and blocks meanwhile, and it knows fewer ways to log in
/// and to encrypt than weir needs. So weir connects to the server, and the library to this gate,
/// which answers as a server would; after that the library's socket is replaced by the server's.
/// Another program that finds the port gains nothing: no byte goes between it and the server, and
/// without the secret it is sent away.
class cnats_gate {
 public:
  cnats_gate();

  std::uint16_t port() const noexcept { return listener_.port(); }
  /// What the library has to log in with.
  const std::string& secret() const noexcept { return secret_; }

  /// Lets in the one who knows the secret, as `server` would; then the gate has done its work.
  task<> serve(const server_info& server);

 private:
  task<bool> let_in(tcp_stream guest, const server_info& server);

  tcp_listener listener_;
  std::string secret_;
};

}  // namespace weir::nats::detail
