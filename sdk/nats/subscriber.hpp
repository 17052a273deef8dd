// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "permission.hpp"
#include "transport.hpp"
#include "weir/detail/intrusive_list.hpp"
#include "weir/error.hpp"

namespace weir::nats::detail {

/// Whoever is subscribed on the present connection and on every later one, as long as it is
/// registered with connection_core.
class subscriber : public message_sink, public weir::detail::list_hook {
 public:
  /// The subscription is made; what is published from now on comes in.
  virtual void on_connected() noexcept = 0;
  /// What was published before and has not come yet never will.
  virtual void on_disconnected(const error& why) noexcept = 0;
  /// The server refused a publication or subscription of this connection to this subject.
  virtual void on_not_permitted(const refusal&) noexcept {}
  /// The connection is drained: it takes on nothing new. What was sent to it before still comes.
  virtual void on_drain() noexcept {}
  /// All that was sent before on_drain() has come.
  virtual void on_drained() noexcept {}
  /// There will be no other connection. What has tasks of its own ends them in the connection's
  /// background, which is waited for: nothing of it may be left when the connection is destroyed.
  virtual void on_closed() noexcept {}

 protected:
  subscriber() = default;
  ~subscriber() = default;

 private:
  friend class connection_core;
  /// What to subscribe to on a new connection, or nothing; `address` is a subject that nobody else
  /// has, and that no earlier connection had.
  virtual std::optional<subscription_request> request_on(std::string address) = 0;

  std::optional<transport::subscription> subscription_;
};

}  // namespace weir::nats::detail
