// SPDX-License-Identifier: Apache-2.0
#include "guard_message.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace weir::servers {

bool send_message(int socket, const guard_message& message) {
  std::string datagram;
  for (const std::string& field : message) datagram.append(field).push_back('\0');
  if (datagram.size() > guard_message_bytes) return false;
  ssize_t sent = 0;
  do {
    sent = send(socket, datagram.data(), datagram.size(), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(datagram.size());
}

std::optional<guard_message> receive_message(int socket) {
  std::array<char, guard_message_bytes> buffer;
  ssize_t size = 0;
  do {
    size = recv(socket, buffer.data(), buffer.size(), 0);
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return std::nullopt;
  guard_message message;
  std::string_view rest(buffer.data(), static_cast<std::size_t>(size));
  while (!rest.empty()) {
    const std::size_t end = rest.find('\0');
    message.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return message;
}

}  // namespace weir::servers
