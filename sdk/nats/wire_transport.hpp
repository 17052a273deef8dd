// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "protocol_parser.hpp"
#include "server_link.hpp"
#include "transport.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"

namespace weir::nats::detail {

/// The transport that speaks to a real server.
///
/// One read takes what has come, and all of it is given to the sinks; one write takes all that was
/// published in a turn of the loop. Nothing is copied but a message into memory of its own.
class wire_transport final : public transport, private protocol_handler {
 public:
  task<server_info> connect(const server_address& server, const connection_options& options,
                            transport_listener& listener) override;
  task<> run() override;
  subscription subscribe(const subscription_request& wanted, message_sink& sink) override;
  void stop(subscription made) noexcept override;
  void unsubscribe(subscription made) noexcept override;
  bool publish(const outgoing& message) noexcept override;
  bool ping() noexcept override;
  std::size_t unsent_bytes() const noexcept override { return out_.size() + writing_.size(); }

 private:
  /// A place for a subscription. Its number on the wire tells its uses apart, so that what comes
  /// late for one that has ended does not go to the next.
  struct entry {
    message_sink* sink = nullptr;
    std::uint64_t number = 0;
  };

  task<server_info> connect_now(const server_address& server, const connection_options& options);
  task<> move_bytes(scope& children);
  task<> read_for_ever();
  task<> write_for_ever();
  /// Reads what stands in the parser's space now; what is no protocol of NATS ends the connection.
  void take(std::size_t size);
  [[noreturn]] void fail(const std::string& why);

  void on_message(std::uint64_t number, const message_parts& parts) override;
  void on_ping() override;
  void on_pong() override { listener_->on_pong(); }
  void on_info(std::string_view json) override;
  void on_error(std::string_view words) override;

  std::string server_;
  transport_listener* listener_ = nullptr;
  std::unique_ptr<server_link> link_;
  protocol_parser parser_;
  std::string left_over_;  // Of what was read while connecting.
  std::vector<entry> entries_;
  std::string out_;
  std::string writing_;
  manual_reset_event has_unsent_;
  bool ended_ = false;      // Nothing that is published from here on would be sent.
  std::string last_words_;  // What the server complained of before it closed the connection.
};

}  // namespace weir::nats::detail
