// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "weir/nats/connection.hpp"
#include "weir/postgres/pool.hpp"

namespace weir::detail {

class outbox_core;

/// What a service runs in where that is not its own process: a bench for its tests.
class service_host {
 public:
  /// Makes the connection to NATS, in place of one to the servers of the environment.
  virtual std::unique_ptr<nats::connection> connect(nats::connection_options wanted) = 0;
  /// The service handles messages from here on.
  virtual void on_ready() = 0;
  /// Suspends until the service is to drain, as a signal tells one with a process.
  virtual task<> told_to_end() = 0;
  /// Suspends until events that were left in weir_outbox are to be looked for again.
  virtual task<> wait_for_sweep(const outbox_core& outbox, postgres::pool& database) = 0;

 protected:
  ~service_host() = default;
};

}  // namespace weir::detail
