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

void model_server::resume() {
  core_->core().resume();
  core_->jetstream().settle();
}

void model_server::stop() {
  core_->core().refuse_connections(true);
  core_->core().cut_all("the server was shut down");
}

void model_server::start(model_store store) {
  core_->jetstream().restart(store == model_store::kept);
  core_->core().refuse_connections(false);
}

void model_server::change_leader() { core_->jetstream().end_pulls(409, "Leadership Change"); }

void model_server::lose_acks(std::size_t count) {
  core_->jetstream().server().acks_to_lose += count;
}

void model_server::lose_confirmations(std::size_t count) {
  core_->jetstream().server().confirmations_to_lose += count;
}

void model_server::delete_consumer(const std::string& stream, const std::string& consumer) {
  detail::model::stream_state* const of = core_->jetstream().find(stream);
  if (of == nullptr || of->find(consumer) == nullptr) return;
  of->erase(consumer);
  core_->jetstream().settle();
}

}  // namespace weir::nats
