// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "consumer.hpp"
#include "database_probe.hpp"
#include "weir/nats/connection_event.hpp"
#include "weir/observe/admin.hpp"
#include "weir/observe/http_server.hpp"
#include "weir/scope.hpp"

namespace weir::detail {

/// What a running service tells of itself: its health, from what its parts know; its pages; the
/// signs of life for a supervisor.
class admin {
 public:
  /// The settings outlive it. Throws `invalid_argument` for those that cannot be used.
  admin(const service& which, const service_settings& settings);

  /// Begins to serve the pages and to tell the supervisor; `drain` is what /drain calls. Throws
  /// where it cannot listen; the default address may be taken by another service, which is only
  /// logged.
  void open(std::function<void()> drain);

  // What it looks at; all of them outlive let_go().
  void look_at(const nats::connection& connection);
  void look_at(const postgres::pool& database, database_probe& probe);
  void look_at(const consumer& one);
  /// Keeps why there is no connection to NATS.
  void note(const nats::connection_event& event);

  health& state() noexcept { return state_; }
  /// The facts of /readyz as JSON, for who asks over NATS.
  std::string facts() const { return to_json(state_.ready(), which_.name(), false); }

  /// Looks at nothing any more; the service is not ready from here on.
  task<> let_go();
  /// Serves nothing any more.
  task<> close();

 private:
  void add(health_check check);
  void listen(const admin_address& where, std::function<void()> drain);
  task<> keep_watch();
  task<> keep_asking(database_probe& probe);
  void tell_supervisor();

  const service& which_;
  const service_settings& settings_;
  const std::optional<admin_address> address_;
  health state_;
  std::string nats_lost_;  ///< Why there is no connection.
  bool database_answers_ = true;
  std::string told_;  ///< To the supervisor.
  std::optional<http_server> pages_;
  scope looking_;
  scope serving_;
};

}  // namespace weir::detail
