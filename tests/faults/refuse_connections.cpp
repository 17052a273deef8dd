// SPDX-License-Identifier: Apache-2.0
#include "refuse_connections.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>

#include "servers/unique_fd.hpp"

namespace weir::test {
namespace {

constexpr std::chrono::milliseconds attempt_limit{30'000};

}  // namespace

void refuse_connections(std::uint16_t port, int count) {
  const servers::unique_fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  REQUIRE(setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(listen(listener.get(), 1) == 0);
  for (int attempt = 0; attempt < count; ++attempt) {
    pollfd coming{listener.get(), POLLIN, 0};
    REQUIRE(poll(&coming, 1, static_cast<int>(attempt_limit.count())) == 1);
    const servers::unique_fd client(accept(listener.get(), nullptr, nullptr));
    // Closed by a reset: no TIME_WAIT stays in the way of the real server.
    const linger at_once{1, 0};
    setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
}

}  // namespace weir::test
