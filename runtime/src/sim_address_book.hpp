// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "weir/socket_address.hpp"

namespace weir::detail {

/// How a socket wants its address.
struct sim_claim {
  int socket;
  int type;
  bool shares_port;     ///< With others that do (SO_REUSEPORT).
  bool version_6_only;  ///< `::` does not stand for IPv4 (IPV6_V6ONLY).
};

/// Which simulated sockets have which address. Functions that can fail give a negative errno.
class sim_address_book {
 public:
  /// Gives `wanted` to a socket, with a free port where it has none; `given` is what it got.
  int bind(const sim_claim& claim, const socket_address& wanted, socket_address& given);
  /// A path stays taken, as a file does; see remove().
  void release(int socket, int type, const socket_address& address);
  /// Removes a path.
  int remove(const socket_address& path);

  /// The socket that has `address` or all addresses of its kind, of several the one that `choice`
  /// falls on: -ENOENT for a path that is not there, -ECONNREFUSED where nobody has it.
  int find(int type, const socket_address& address, std::uint64_t choice) const;
  /// All sockets that have an IP address: those of that one first, then those of all addresses.
  std::vector<std::vector<int>> find_all(int type, const socket_address& address) const;
  /// A port for a socket of that host that has none; -EADDRINUSE where none is left.
  int free_port(int type, const std::string& host);

 private:
  using key = std::tuple<int, std::uint16_t, std::string>;  // type, port, host or path

  bool is_taken(const sim_claim& claim, std::uint16_t port, const std::string& host) const;

  std::map<key, std::vector<sim_claim>> sockets_;  // Of a path whose socket is closed: none.
  std::uint16_t last_port_ = 0;
};

}  // namespace weir::detail
