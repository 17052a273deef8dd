// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "private_server.hpp"

namespace weir::servers {

/// What a nats_server has beyond its own port, name and store.
struct nats_server_options {
  /// Lines of its configuration file: `authorization { ... }`, `tls { ... }`, `cluster { ... }`.
  std::string configuration = {};
  /// More of its `jetstream` block: `domain: hub`.
  std::string jetstream = {};
};

/// A private nats-server with JetStream, its store in the sandbox, without authentication unless
/// its options say so. Apart from that it runs with the server's own defaults, as users' servers
/// do.
///
///     nats_server server;
///     server.start();
///     connect(server.url());       // nats://127.0.0.1:23847
///     server.kill_hard();          // a crash
///     server.start();              // same port, same streams
class nats_server final : public private_server {
 public:
  explicit nats_server(nats_server_options options = {}, const server_place& place = {});

  /// `nats://127.0.0.1:<port>`, for NATS_URL.
  std::string url() const;
  /// What it calls itself, and is called by the others of its cluster.
  const std::string& name() const { return name_; }

  /// Replaces the options; they hold from the next start.
  void configure(nats_server_options options) { options_ = std::move(options); }
  /// Tells the running server to end in lame-duck mode (SIGUSR2): it says so to its clients, takes
  /// no new ones, and ends after its grace period.
  void enter_lame_duck_mode() { process().signal(SIGUSR2); }
  /// Forgets all streams. It must not run.
  void erase_store();

 private:
  void prepare() override;
  std::vector<std::string> command() const override;
  bool is_ready() override;

  std::filesystem::path program_;
  std::string name_;
  nats_server_options options_;
};

}  // namespace weir::servers
