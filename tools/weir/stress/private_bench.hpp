// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <filesystem>
#include <string>

#include "dev/guarded_program.hpp"
#include "dev/surroundings.hpp"
#include "fault.hpp"
#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"

namespace weir::tools {

/// A service on a nats-server and a PostgreSQL of its own, to be loaded and to be treated badly.
/// All of it ends with this object, and with this process however that ends. One loop.
class private_bench {
 public:
  /// Starts the servers. Blocks; throws servers::server_error.
  explicit private_bench(const std::filesystem::path& program);

  const std::string& nats_url() const noexcept { return around_.nats_url; }

  /// Starts the service and waits until it is ready. Throws `unavailable`, with its last lines,
  /// when it ends instead, and `deadline_exceeded` when it is not within ready_limit.
  task<> start_service();
  /// See fault_injector. Throws when a server or the service does not start again.
  task<> inject(fault what);
  /// Lets the service drain. Throws `unavailable` where it has ended by itself.
  task<> end();

  static constexpr auto ready_limit = std::chrono::seconds(60);

 private:
  void run_service();
  task<> wait_ready();
  task<> inject_into_server(servers::private_server& which, fault what);
  task<> inject_into_service(fault what);
  task<> fail_if_ended();

  std::filesystem::path program_path_;
  servers::nats_server nats_;
  servers::postgres_server postgres_;
  dev::surroundings around_;
  std::deque<std::string> last_lines_;
  dev::guarded_program service_;
};

}  // namespace weir::tools
