// SPDX-License-Identifier: Apache-2.0
#include "socket_operations.hpp"

#include "weir/socket_calls.hpp"

namespace weir::detail {
namespace {

constexpr int connections_waiting_max = 1024;  // The kernel's own limit (somaxconn) may be lower.

file_descriptor open_socket(const socket_address& address, const char* purpose) {
  const int made = current_socket_calls().open_socket(address.family(), SOCK_STREAM);
  if (made < 0) throw error::from_errno(-made, purpose + address.text() + ": open a socket");
  return file_descriptor(made);
}

}  // namespace

task<file_descriptor> connect_to(socket_address address) {
  file_descriptor made = open_socket(address, "connect to ");
  plain_operation connecting({.kind = io_kind::connect,
                              .descriptor = made.get(),
                              .address_size = address.size(),
                              .address = address.data()});
  const int status = co_await connecting;
  if (status < 0) throw error::from_errno(-status, "connect to " + address.text());
  co_return std::move(made);
}

file_descriptor listen_on(const socket_address& address) {
  file_descriptor made = open_socket(address, "listen on ");
  // Without it a restarted server finds its port taken for a minute by connections long closed.
  socket_calls& calls = current_socket_calls();
  if (address.family() != AF_UNIX) calls.set_option(made.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  int status = calls.bind_socket(made.get(), address);
  if (status == 0) status = calls.listen_on(made.get(), connections_waiting_max);
  if (status < 0) throw error::from_errno(-status, "listen on " + address.text());
  return made;
}

task<file_descriptor> accept_from(int listener, std::string address) {
  plain_operation accepting({.kind = io_kind::accept, .descriptor = listener});
  const int accepted = co_await accepting;
  if (accepted < 0) throw error::from_errno(-accepted, "accept a connection on " + address);
  co_return file_descriptor(accepted);
}

}  // namespace weir::detail
