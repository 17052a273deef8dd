// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// Where a socket is: an IPv4 or IPv6 address with a port, or the path of a Unix socket.
class socket_address {
 public:
  /// From an address in numbers ("127.0.0.1", "::1"); nullopt for anything else. Never blocks.
  static std::optional<socket_address> of_ip(std::string_view ip, std::uint16_t port);
  /// From the path of a Unix socket; throws `invalid_argument` where the path is empty or longer
  /// than the kernel takes (107 bytes).
  static socket_address of_path(std::string_view path);
  /// From what the kernel gave.
  socket_address(const sockaddr* address, socklen_t size) noexcept;

  const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const noexcept { return size_; }
  int family() const noexcept { return storage_.ss_family; }
  /// The port, or 0 for a path.
  std::uint16_t port() const noexcept;
  /// "127.0.0.1:4222", "[::1]:4222", "unix:/run/a.sock"; "unix:(no name)" for one without.
  std::string text() const;

  /// True for the same place, whatever else the kernel keeps with it.
  friend bool operator==(const socket_address& left, const socket_address& right) noexcept;

 private:
  socket_address() noexcept = default;

  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace weir
