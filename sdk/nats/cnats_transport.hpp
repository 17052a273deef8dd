// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "cnats_link.hpp"
#include "transport.hpp"
#include "weir/scope.hpp"

namespace weir::nats::detail {

/// The transport over cnats in its event-loop mode: the library reads, parses and writes when this
/// class tells it to, on the loop's thread, and never waits there.
class cnats_transport final : public transport {
 public:
  ~cnats_transport() override;

  task<server_info> connect(const server_address& server, const connection_options& options,
                            transport_listener& listener) override;
  task<> run() override;
  subscription subscribe(const subscription_request& wanted, message_sink& sink) override;
  void stop(subscription made) noexcept override;
  void unsubscribe(subscription made) noexcept override;
  bool publish(const outgoing& message) noexcept override;
  std::size_t unsent_bytes() const noexcept override { return unsent_; }

 private:
  struct entry {
    natsSubscription* native = nullptr;
    message_sink* sink = nullptr;
  };

  task<server_info> connect_now(const server_address& server, const connection_options& options);
  task<> move_bytes(scope& children);
  task<> read_for_ever();
  task<> write_for_ever();
  void deliver() noexcept;
  void deliver(const entry& from) noexcept;
  void check_alive() const;

  std::optional<cnats_events> events_;
  std::optional<cnats_connection> connection_;
  std::string server_;
  std::vector<entry> entries_;
  std::size_t unsent_ = 0;
};

}  // namespace weir::nats::detail
