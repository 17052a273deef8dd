// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "weir/socket_address.hpp"

namespace weir {

/// The calls on descriptors that do not wait: the loop's driver makes them, so that a simulation
/// can have sockets of its own.
///
/// As made here they are the kernel's. Counts and statuses are those of the system call, a failure
/// is a negative errno. Sockets are made CLOEXEC and non-blocking.
class socket_calls {
 public:
  virtual ~socket_calls() = default;

  /// The descriptor of a new socket.
  virtual int open_socket(int family, int type) noexcept;
  /// The descriptors of two new Unix sockets that are connected to each other, into `ends`.
  virtual int open_pair(int type, std::array<int, 2>& ends) noexcept;
  virtual int bind_socket(int socket, const socket_address& address) noexcept;
  virtual int listen_on(int socket, int backlog) noexcept;
  /// `direction`: SHUT_RD, SHUT_WR or SHUT_RDWR.
  virtual int shut_down(int socket, int direction) noexcept;
  /// Sends what there is room for; -EAGAIN where there is none.
  virtual int send_now(int socket, std::span<const std::byte> data) noexcept;
  virtual int set_option(int socket, int level, int option, int value) noexcept;
  /// Sets an option whose value is a structure of the system's.
  virtual int set_structure(int socket, int level, int option,
                            std::span<const std::byte> value) noexcept;
  virtual int get_option(int socket, int level, int option, int& value) noexcept;
  virtual int local_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept;
  virtual int peer_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept;
  /// Removes the path that the Unix socket at `address` left.
  virtual int remove_path(const socket_address& address) noexcept;
  /// Closes any descriptor; no operation of this driver may be in flight on it.
  virtual void close_descriptor(int descriptor) noexcept;

 protected:
  socket_calls() = default;
};

namespace detail {
/// Those of the calling thread's loop, or where there is none the kernel's.
socket_calls& current_socket_calls() noexcept;
}  // namespace detail

}  // namespace weir
