// SPDX-License-Identifier: Apache-2.0
#include "echo_load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "weir/file_descriptor.hpp"

namespace weir::bench {
namespace {

/// A figure from a load that failed would mean nothing.
void require(bool fine, const char* what) {
  if (fine) return;
  std::perror(what);
  std::exit(3);
}

file_descriptor connect_to(std::uint16_t port) {
  file_descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  require(::connect(made.get(), reinterpret_cast<sockaddr*>(&server), sizeof server) == 0 &&
              ::setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0,
          "echo load: connect");
  return made;
}

void ask(int connection) {
  static constexpr std::array<char, echo_bytes> request{};
  require(::send(connection, request.data(), request.size(), MSG_NOSIGNAL) == echo_bytes,
          "echo load: send");
}

}  // namespace

void echo_load::run(std::uint16_t port) {
  const file_descriptor events(epoll_create1(EPOLL_CLOEXEC));
  std::vector<file_descriptor> connections;
  for (int count = 0; count < echo_connections; ++count) {
    connections.push_back(connect_to(port));
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = connections.back().get()}};
    require(epoll_ctl(events.get(), EPOLL_CTL_ADD, wanted.data.fd, &wanted) == 0,
            "echo load: epoll_ctl");
  }
  for (const auto& connection : connections) ask(connection.get());

  std::array<epoll_event, echo_connections> ready{};
  std::array<char, echo_bytes> answer{};
  int asked = echo_connections;
  for (int answered = 0; answered < echo_requests;) {
    const int count = epoll_wait(events.get(), ready.data(), ready.size(), -1);
    for (int index = 0; index < count; ++index) {
      const int connection = ready[static_cast<std::size_t>(index)].data.fd;
      require(::recv(connection, answer.data(), answer.size(), MSG_WAITALL) == echo_bytes,
              "echo load: receive");
      ++answered;
      if (asked++ < echo_requests) ask(connection);
    }
  }
}

}  // namespace weir::bench
