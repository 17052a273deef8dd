// SPDX-License-Identifier: Apache-2.0
#include "weir/socket_address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "weir/error.hpp"

namespace weir {

namespace {

template <class Form>
const Form& as(const socket_address& address) noexcept {
  return *reinterpret_cast<const Form*>(address.data());
}

/// The path of a Unix socket; what follows an abstract one's leading zero, after an '@'.
std::string path_of(const socket_address& address) {
  constexpr socklen_t head = offsetof(sockaddr_un, sun_path);
  if (address.size() <= head) return "(no name)";
  const std::string_view path(as<sockaddr_un>(address).sun_path, address.size() - head);
  if (path.front() == '\0') return "@" + std::string(path.substr(1));
  return std::string(path.substr(0, path.find('\0')));
}

}  // namespace

socket_address::socket_address(const sockaddr* address, socklen_t size) noexcept
    : size_(std::min<socklen_t>(size, sizeof storage_)) {
  std::memcpy(&storage_, address, size_);
}

std::optional<socket_address> socket_address::of_ip(std::string_view ip, std::uint16_t port) {
  const addrinfo hints{.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                       .ai_family = AF_UNSPEC,
                       .ai_socktype = SOCK_STREAM,
                       .ai_protocol = 0,
                       .ai_addrlen = 0,
                       .ai_addr = nullptr,
                       .ai_canonname = nullptr,
                       .ai_next = nullptr};
  addrinfo* found = nullptr;
  if (getaddrinfo(std::string(ip).c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return std::nullopt;
  }
  const socket_address address(found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return address;
}

socket_address socket_address::of_path(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool has_zero = path.find('\0') != std::string_view::npos;
  if (path.empty() || has_zero || path.size() >= sizeof address.sun_path) {
    throw error(errc::invalid_argument, disposition::permanent,
                "the path '" + std::string(path) + "' has " + std::to_string(path.size()) +
                    " bytes; a Unix socket's has 1 to " +
                    std::to_string(sizeof address.sun_path - 1) + " and no zero byte");
  }
  path.copy(address.sun_path, path.size());
  return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

std::uint16_t socket_address::port() const noexcept {
  if (family() == AF_INET) return ntohs(as<sockaddr_in>(*this).sin_port);
  if (family() == AF_INET6) return ntohs(as<sockaddr_in6>(*this).sin6_port);
  return 0;
}

bool operator==(const socket_address& left, const socket_address& right) noexcept {
  if (left.family() != right.family()) return false;
  if (left.family() == AF_INET) {
    const auto& one = as<sockaddr_in>(left);
    const auto& other = as<sockaddr_in>(right);
    return one.sin_port == other.sin_port && one.sin_addr.s_addr == other.sin_addr.s_addr;
  }
  if (left.family() == AF_INET6) {
    const auto& one = as<sockaddr_in6>(left);
    const auto& other = as<sockaddr_in6>(right);
    return one.sin6_port == other.sin6_port && one.sin6_scope_id == other.sin6_scope_id &&
           std::memcmp(&one.sin6_addr, &other.sin6_addr, sizeof one.sin6_addr) == 0;
  }
  return path_of(left) == path_of(right);
}

std::string socket_address::text() const {
  if (size_ == 0) return "(no address)";
  if (family() == AF_UNIX) return "unix:" + path_of(*this);
  std::array<char, NI_MAXHOST> host{};
  if (getnameinfo(data(), size_, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    return "an address of family " + std::to_string(family());
  }
  const std::string number = ":" + std::to_string(port());
  return family() == AF_INET6 ? "[" + std::string(host.data()) + "]" + number
                              : host.data() + number;
}

}  // namespace weir
