// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "transport.hpp"

namespace weir::nats::detail {

/// The servers of one connection: those that were configured, and those that a cluster told of.
///
/// The first configured one is tried first, the others in a random order, round and round. Each has
/// a back-off of its own with full jitter, so that one that refuses is not asked again at once, and
/// does not keep from asking the others.
class server_pool {
 public:
  /// Servers beyond this number are not learned.
  static constexpr std::size_t servers_max = 1024;

  /// How long a server is left alone after so many failures in a row.
  using delay_function = std::function<duration(unsigned failures)>;

  /// `random` shuffles. Without `delay` the back-off is the pool's own.
  server_pool(std::vector<server_address> configured, std::uint64_t random,
              delay_function delay = {});

  /// The next server to try, and the moment to try it at.
  struct choice {
    server_address server;
    time_point at;
  };
  choice next(time_point now);
  /// All servers but this one, in the order in which to try them.
  std::vector<server_address> others(const server_address& than) const;

  /// The connection to this server was good for a while: it may be tried again at once.
  void was_good(const server_address& server, time_point now) noexcept;
  void failed(const server_address& server, time_point now, std::uint64_t random) noexcept;

  /// The servers of the cluster now, as "host:port"; they are logged in to as `like` is, and where
  /// they encrypt, their certificates must be for its name. Those that
  /// were learned before and are not named any more are forgotten, configured ones never.
  void learn(const std::vector<std::string>& known, const server_address& like);

  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct entry {
    server_address server;
    bool is_configured = true;
    unsigned failures = 0;
    time_point not_before = time_point::min();
  };

  entry* find(const server_address& server) noexcept;

  delay_function delay_;
  std::vector<entry> entries_;
  std::size_t turn_ = 0;  // The place to look from.
};

}  // namespace weir::nats::detail
