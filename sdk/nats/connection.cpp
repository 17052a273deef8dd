// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/connection.hpp"

#include "connection_core.hpp"
#include "model/model_transport.hpp"
#include "model/server.hpp"

namespace weir::nats {

connection::connection(connection_options options)
    : core_(std::make_unique<detail::connection_core>(std::move(options),
                                                      detail::make_wire_transport)) {}

connection::connection(model_server& server, connection_options options)
    : core_(std::make_unique<detail::connection_core>(std::move(options), [&server] {
        return std::make_unique<detail::model::model_transport>(server.core().core());
      })) {}

connection::~connection() = default;

bool connection::is_connected() const noexcept { return core_->is_connected(); }

task<> connection::wait_connected() { return core_->wait_connected(); }

const server_info& connection::server() const noexcept { return core_->server(); }

stream<connection_event> connection::events() { return core_->events().read(); }

task<duration> connection::rtt(duration limit) { return core_->ping(limit); }

connection_statistics connection::statistics() const noexcept { return core_->statistics(); }

task<> connection::publish(const subject& to, std::string_view payload) {
  return core_->publish({.subject = to.text(), .payload = payload});
}

task<> connection::publish(const subject& to, std::string_view payload, const headers& with) {
  return core_->publish({.subject = to.text(), .payload = payload, .headers = &with});
}

task<> connection::flush(duration limit) { co_await core_->ping(limit); }

task<> connection::drain(duration limit) { return core_->drain(limit); }

task<> connection::close() { return core_->close(); }

}  // namespace weir::nats
