// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker.hpp"
#include "weir/nats/model.hpp"

namespace weir::nats::detail::model {

/// All parts of one model, and how they hang together.
class server {
 public:
  explicit server(const model_options& options);

  broker& core() noexcept { return broker_; }

 private:
  broker broker_;
};

}  // namespace weir::nats::detail::model
