// SPDX-License-Identifier: Apache-2.0
// The calls on sockets of a simulation: on its own, and the kernel's on all other descriptors.
#include <cerrno>

#include "sim_state.hpp"

namespace weir {

int sim_driver::open_socket(int family, int type) noexcept {
  return type == SOCK_STREAM ? state_->streams.open(family) : -EPROTONOSUPPORT;
}

int sim_driver::open_pair(int type, std::array<int, 2>& ends) noexcept {
  return type == SOCK_STREAM ? state_->streams.open_pair(ends) : -EPROTONOSUPPORT;
}

int sim_driver::bind_socket(int socket, const socket_address& address) noexcept {
  if (!state_->streams.has(socket)) return driver::bind_socket(socket, address);
  return state_->streams.bind(socket, address);
}

int sim_driver::listen_on(int socket, int backlog) noexcept {
  if (!state_->streams.has(socket)) return driver::listen_on(socket, backlog);
  return state_->streams.listen(socket, backlog);
}

int sim_driver::shut_down(int socket, int direction) noexcept {
  if (!state_->streams.has(socket)) return driver::shut_down(socket, direction);
  return state_->streams.shut_down(socket, direction);
}

int sim_driver::set_option(int socket, int level, int option, int value) noexcept {
  if (!state_->streams.has(socket)) return driver::set_option(socket, level, option, value);
  return state_->streams.set_option(socket, level, option, value);
}

int sim_driver::set_structure(int socket, int level, int option,
                              std::span<const std::byte> value) noexcept {
  if (!state_->streams.has(socket)) return driver::set_structure(socket, level, option, value);
  return state_->streams.set_structure(socket, level, option, value);
}

int sim_driver::get_option(int socket, int level, int option, int& value) noexcept {
  if (!state_->streams.has(socket)) return driver::get_option(socket, level, option, value);
  return state_->streams.get_option(socket, level, option, value);
}

int sim_driver::local_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept {
  if (!state_->streams.has(socket)) return driver::local_address(socket, address, size);
  return state_->streams.local(socket, address, size);
}

int sim_driver::peer_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept {
  if (!state_->streams.has(socket)) return driver::peer_address(socket, address, size);
  return state_->streams.remote(socket, address, size);
}

int sim_driver::remove_path(const socket_address& address) noexcept {
  return state_->addresses.remove(address);
}

void sim_driver::close_descriptor(int descriptor) noexcept {
  if (!state_->streams.has(descriptor)) return driver::close_descriptor(descriptor);
  state_->streams.close(descriptor);
}

}  // namespace weir
