// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"
#include "weir/nats/model.hpp"

namespace weir::nats {

model_server::model_server(model_options options)
    : core_(std::make_unique<detail::model::server>(options)) {}

model_server::~model_server() = default;

void model_server::disconnect_all() { core_->core().cut_all("the network broke"); }

void model_server::refuse_connections(bool refuse) { core_->core().refuse_connections(refuse); }

void model_server::pause() { core_->core().pause(); }

void model_server::resume() { core_->core().resume(); }

}  // namespace weir::nats
