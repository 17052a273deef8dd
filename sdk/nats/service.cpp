// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/service.hpp"

#include "service_state.hpp"

namespace weir::nats {

void service_group::add(endpoint_config endpoint, request_handler handler) {
  state_->add(std::move(endpoint), prefix_, queue_group_, std::move(handler));
}

service_group service_group::group(const std::string& prefix,
                                   std::optional<std::string> queue_group) const {
  const subject checked(prefix);
  return {*state_, prefix_ + checked.text() + ".", std::move(queue_group).value_or(queue_group_)};
}

service::service(connection& over, service_config config)
    : state_(std::make_unique<detail::service_state>(over, std::move(config))) {}

service::service(service&&) noexcept = default;
service::~service() = default;

void service::add(endpoint_config endpoint, request_handler handler) {
  service_group(*state_, "", state_->config().queue_group)
      .add(std::move(endpoint), std::move(handler));
}

service_group service::group(const std::string& prefix, std::optional<std::string> queue_group) {
  return service_group(*state_, "", state_->config().queue_group)
      .group(prefix, std::move(queue_group));
}

const std::string& service::id() const noexcept { return state_->id(); }

std::vector<endpoint_statistics> service::statistics() const { return state_->statistics(); }

void service::reset_statistics() noexcept { state_->reset_statistics(); }

task<> service::stop(duration limit) { return state_->stop(limit); }

task<> service::close() { return state_->close(); }

bool service::has_ended() const noexcept { return state_->has_ended(); }

task<> service::ended() { return state_->ended(); }

}  // namespace weir::nats
