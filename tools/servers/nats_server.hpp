// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "private_server.hpp"

namespace weir::servers {

/// A private nats-server with JetStream, its store in the sandbox, without authentication. Apart
/// from that it runs with the server's own defaults, as users' servers do.
///
///     nats_server server;
///     server.start();
///     connect(server.url());       // nats://127.0.0.1:23847
///     server.kill_hard();          // a crash
///     server.start();              // same port, same streams
class nats_server final : public private_server {
 public:
  nats_server();

  /// `nats://127.0.0.1:<port>`, for NATS_URL.
  std::string url() const;

 private:
  void prepare() override;
  std::vector<std::string> command() const override;
  bool is_ready() override;

  std::filesystem::path program_;
};

}  // namespace weir::servers
