// SPDX-License-Identifier: Apache-2.0
#include "weir/unix_socket.hpp"

#include "socket_operations.hpp"
#include "weir/socket_calls.hpp"

namespace weir {

task<unix_stream> unix_stream::connect(std::string path) {
  const socket_address address = socket_address::of_path(path);
  file_descriptor socket = co_await detail::connect_to(address);
  co_return unix_stream(std::move(socket), address.text());
}

unix_listener unix_listener::bind(std::string_view path) {
  const socket_address address = socket_address::of_path(path);
  return {detail::listen_on(address), address};
}

unix_listener& unix_listener::operator=(unix_listener&& other) noexcept {
  if (this != &other) {
    remove();
    socket_ = std::move(other.socket_);
    address_ = other.address_;
  }
  return *this;
}

unix_listener::~unix_listener() { remove(); }

void unix_listener::remove() noexcept {
  if (!socket_) return;
  detail::current_socket_calls().remove_path(address_);
  socket_.close();
}

task<unix_stream> unix_listener::accept() {
  file_descriptor socket = co_await detail::accept_from(socket_.get(), address_.text());
  co_return unix_stream(std::move(socket), "a client of " + address_.text());
}

}  // namespace weir
