// SPDX-License-Identifier: Apache-2.0
// The calls on sockets of a simulation: on its own, and the kernel's on all other descriptors.
#include <cerrno>

#include "sim_state.hpp"

namespace weir {

int sim_driver::open_socket(int family, int type) noexcept {
  auto* sockets = state_->sockets_of(type);
  return sockets != nullptr ? sockets->open(family) : -EPROTONOSUPPORT;
}

int sim_driver::open_pair(int type, std::array<int, 2>& ends) noexcept {
  auto* sockets = state_->sockets_of(type);
  return sockets != nullptr ? sockets->open_pair(ends) : -EPROTONOSUPPORT;
}

int sim_driver::bind_socket(int socket, const socket_address& address) noexcept {
  if (auto* own = state_->owner_of(socket)) return own->bind(socket, address);
  return driver::bind_socket(socket, address);
}

int sim_driver::listen_on(int socket, int backlog) noexcept {
  if (auto* own = state_->owner_of(socket)) return own->listen(socket, backlog);
  return driver::listen_on(socket, backlog);
}

int sim_driver::shut_down(int socket, int direction) noexcept {
  if (auto* own = state_->owner_of(socket)) return own->shut_down(socket, direction);
  return driver::shut_down(socket, direction);
}

// What is sent takes its simulated time: a network that takes bytes at once would hide that a
// program depends on it.
int sim_driver::send_now(int socket, std::span<const std::byte> data) noexcept {
  if (state_->owner_of(socket) != nullptr) return -EAGAIN;
  return driver::send_now(socket, data);
}

int sim_driver::set_option(int socket, int level, int option, int value) noexcept {
  if (auto* own = state_->owner_of(socket)) return own->set_option(socket, level, option, value);
  return driver::set_option(socket, level, option, value);
}

int sim_driver::set_structure(int socket, int level, int option,
                              std::span<const std::byte> value) noexcept {
  if (auto* own = state_->owner_of(socket)) return own->set_structure(socket, level, option, value);
  return driver::set_structure(socket, level, option, value);
}

int sim_driver::get_option(int socket, int level, int option, int& value) noexcept {
  if (auto* own = state_->owner_of(socket)) return own->get_option(socket, level, option, value);
  return driver::get_option(socket, level, option, value);
}

int sim_driver::local_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept {
  if (auto* own = state_->owner_of(socket)) return own->local(socket, address, size);
  return driver::local_address(socket, address, size);
}

int sim_driver::peer_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept {
  if (auto* own = state_->owner_of(socket)) return own->remote(socket, address, size);
  return driver::peer_address(socket, address, size);
}

int sim_driver::remove_path(const socket_address& address) noexcept {
  return state_->addresses.remove(address);
}

void sim_driver::close_descriptor(int descriptor) noexcept {
  if (auto* own = state_->owner_of(descriptor)) return own->close(descriptor);
  driver::close_descriptor(descriptor);
}

}  // namespace weir
