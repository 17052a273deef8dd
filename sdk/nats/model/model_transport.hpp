// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "broker.hpp"
#include "transport.hpp"
#include "weir/scope.hpp"

namespace weir::nats::detail::model {

/// The transport to a model in the same process: whole messages instead of bytes.
class model_transport final : public transport {
 public:
  explicit model_transport(broker& server) noexcept : broker_(server) {}
  ~model_transport() override;

  task<server_info> connect(const server_address& server, const connection_options& options,
                            transport_listener& listener) override;
  task<> run() override;
  subscription subscribe(const subscription_request& wanted, message_sink& sink) override;
  void stop(subscription made) noexcept override;
  void unsubscribe(subscription made) noexcept override;
  bool publish(const outgoing& message) noexcept override;
  bool ping() noexcept override;
  std::size_t unsent_bytes() const noexcept override { return link_.bytes_to_server; }

 private:
  task<> move_messages(scope& children);
  task<> send_for_ever();
  task<> receive_for_ever();
  void receive();
  void send(sent one);

  broker& broker_;
  link link_;
  std::string server_;
  transport_listener* listener_ = nullptr;
  std::vector<message_sink*> sinks_;  // null where the subscription has ended
};

}  // namespace weir::nats::detail::model
