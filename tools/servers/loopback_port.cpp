// SPDX-License-Identifier: Apache-2.0
#include "loopback_port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <random>

#include "server_error.hpp"
#include "unique_fd.hpp"

namespace weir::servers {
namespace {

constexpr int lowest_port = 10000;        // below live the ports of well-known services
constexpr int usual_range_start = 32768;  // the kernel's default
constexpr int max_draws = 200;

int outgoing_range_start() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  int first = usual_range_start;
  file >> first;
  return first > lowest_port + max_draws ? first : usual_range_start;
}

bool can_bind(int port) {
  const unique_fd socket_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bind(socket_fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

std::uint16_t free_loopback_port() {
  std::random_device device;
  std::uniform_int_distribution<int> any_port(lowest_port, outgoing_range_start() - 1);
  for (int draw = 0; draw < max_draws; ++draw) {
    const int port = any_port(device);
    if (can_bind(port)) return static_cast<std::uint16_t>(port);
  }
  throw server_error("found no free TCP port on 127.0.0.1 in " + std::to_string(max_draws) +
                     " draws");
}

}  // namespace weir::servers
