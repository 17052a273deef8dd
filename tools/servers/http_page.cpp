// SPDX-License-Identifier: Apache-2.0
#include "http_page.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "unique_fd.hpp"

namespace weir::servers {
namespace {

constexpr int answer_limit_ms = 1000;
constexpr std::size_t page_bytes_max = 1U << 20;

}  // namespace

std::string http_page(std::uint16_t port, const std::string& path) {
  const unique_fd connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  if (!connection ||
      connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(request.size())) {
    return {};
  }
  std::string page;
  while (page.size() < page_bytes_max) {
    pollfd readable{connection.get(), POLLIN, 0};
    if (poll(&readable, 1, answer_limit_ms) != 1) return {};
    std::array<char, 4096> part;
    const ssize_t size = recv(connection.get(), part.data(), part.size(), 0);
    if (size < 0) return {};
    if (size == 0) return page;
    page.append(part.data(), static_cast<std::size_t>(size));
  }
  return {};
}

}  // namespace weir::servers
