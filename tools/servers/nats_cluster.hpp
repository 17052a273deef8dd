// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "nats_server.hpp"

namespace weir::servers {

/// Three private nats-servers that are one cluster, with JetStream: streams of three replicas live
/// on while one of them is gone.
///
///     nats_cluster cluster;
///     cluster.start();
///     connect(cluster.url());
///     cluster.named(info.cluster.leader).kill_hard();   // the leader of a stream crashes
///
/// Everything blocks, with limits, and throws server_error. Use from one thread at a time.
class nats_cluster {
 public:
  static constexpr std::size_t size = 3;

  /// `configuration` is more of the configuration file of each server.
  explicit nats_cluster(std::string configuration = {});

  /// Starts those that do not run, and waits until the cluster is complete.
  void start();
  /// Waits until there is a leader that has all the others with it: from then on a stream of three
  /// replicas can be made.
  void wait_complete();

  /// The addresses of all, with commas between them.
  std::string url() const;
  nats_server& server(std::size_t index) { return servers_[index]; }
  /// The one with this name, which is what the server calls it where it names leaders.
  nats_server& named(std::string_view name);
  /// The one that a client is connected to: "127.0.0.1:23847".
  nats_server& at(std::string_view address);

 private:
  void draw_ports();
  bool is_complete() const;

  std::string configuration_;
  std::array<nats_server, size> servers_;
  std::array<std::uint16_t, size> page_ports_{};
  bool ports_are_ours_ = false;
};

}  // namespace weir::servers
