// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::nats {

/// A version of nats-server, for asking whether it has what a newer one brought:
///
///     if (link.server().version >= weir::nats::server_version{2, 10, 4}) ...
struct server_version {
  int major = 0;
  int minor = 0;
  int patch = 0;

  /// Reads "2.10.4", and "2.11.0-RC.1" as 2.11.0; nothing where it is no version.
  static std::optional<server_version> parse(std::string_view text) noexcept;
  std::string text() const;

  friend auto operator<=>(const server_version&, const server_version&) = default;
};

/// What a server says about itself when a connection is made to it, in its INFO line.
struct server_info {
  std::string id;               ///< of this run of the server: a restarted one has another
  std::string name;             ///< as configured, or else the id
  server_version version;       ///< 0.0.0 where the server tells none that can be read
  std::string cluster;          ///< empty where it is in none
  std::size_t max_payload = 0;  ///< bytes of headers and payload of one message
  bool headers = false;
  bool jetstream = false;
  bool auth_required = false;
  bool tls = false;             ///< the connection is encrypted
  std::uint64_t client_id = 0;  ///< what this connection is called in the server's lists and logs
  /// The servers of its cluster as "host:port", for clients; empty where it knows only itself.
  std::vector<std::string> cluster_servers;
};

}  // namespace weir::nats
