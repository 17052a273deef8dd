// SPDX-License-Identifier: Apache-2.0
#include "listen.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "echo_load.hpp"
#include "weir/error.hpp"

namespace weir::bench {

file_descriptor listen_on_free_port(std::uint16_t& port) {
  file_descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  if (::bind(made.get(), name, size) < 0 || ::listen(made.get(), echo_connections) < 0 ||
      ::getsockname(made.get(), name, &size) < 0) {
    throw error::from_errno(errno, "listen for the echo peer");
  }
  port = ntohs(address.sin_port);
  return made;
}

}  // namespace weir::bench
