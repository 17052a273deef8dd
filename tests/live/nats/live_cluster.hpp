// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixture.hpp"
#include "servers/nats_cluster.hpp"
#include "weir/blocking.hpp"

namespace weir::test {

/// Three private servers that are one cluster, started.
class live_cluster {
 public:
  explicit live_cluster(std::string configuration = {}) : cluster_(std::move(configuration)) {
    cluster_.start();
  }
  servers::nats_cluster* operator->() { return &cluster_; }

  /// A connection that begins at this server; it learns of the others from the server alone.
  nats::connection_options options(servers::nats_server& first) const {
    nats::connection_options wanted;
    wanted.url = first.url();
    return wanted;
  }
  /// A server that is not this one.
  servers::nats_server& other_than(const servers::nats_server& one) {
    return cluster_.server(&cluster_.server(0) == &one ? 1 : 0);
  }

  static task<> kill(servers::nats_server& one) {
    co_await blocking([&one] { one.kill_hard(); });
  }

 private:
  servers::nats_cluster cluster_;
};

}  // namespace weir::test
