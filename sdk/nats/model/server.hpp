// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jetstream_state.hpp"
#include "weir/nats/model.hpp"

namespace weir::nats::detail::model {

/// All parts of one model, and how they hang together.
class server {
 public:
  explicit server(const model_options& options);

  broker& core() noexcept { return broker_; }
  jetstream_state& jetstream() noexcept { return jetstream_; }

 private:
  broker broker_;
  jetstream_state jetstream_;
};

}  // namespace weir::nats::detail::model
