// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"

#include "weir/loop.hpp"

namespace weir::nats::detail::model {

server::server(const model_options& options)
    : broker_(options.seed ? *options.seed : loop::current().random(), options.max_payload,
              options.latency),
      jetstream_(broker_) {}

}  // namespace weir::nats::detail::model
