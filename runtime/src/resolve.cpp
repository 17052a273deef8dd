// SPDX-License-Identifier: Apache-2.0
#include "weir/resolve.hpp"

#include <netdb.h>
#include <netinet/in.h>

#include <cstring>

#include "name_look_up.hpp"
#include "weir/detail/name_cache.hpp"
#include "weir/loop.hpp"

namespace weir {
namespace {

socket_address with_port(const socket_address& address, std::uint16_t port) noexcept {
  sockaddr_storage storage{};
  std::memcpy(&storage, address.data(), address.size());
  // The port of both kinds lies at the same place, but they are two types.
  if (storage.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(storage).sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in&>(storage).sin_port = htons(port);
  }
  return {reinterpret_cast<const sockaddr*>(&storage), address.size()};
}

}  // namespace

std::vector<socket_address> detail::look_up_name(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (status == 0) {
    std::vector<socket_address> addresses;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      addresses.emplace_back(at->ai_addr, at->ai_addrlen);
    }
    freeaddrinfo(found);
    if (!addresses.empty()) return addresses;
  }
  const bool unknown = status == EAI_NONAME || status == EAI_NODATA;
  const char* reason = status == EAI_SYSTEM ? "the resolver failed" : gai_strerror(status);
  throw error(unknown ? errc::not_found : errc::unavailable, disposition::retry,
              "look up the address of '" + host + "': " + reason +
                  "; check the name, /etc/hosts and /etc/resolv.conf");
}

task<std::vector<socket_address>> resolve(std::string host, std::uint16_t port) {
  if (const auto address = socket_address::of_ip(host, port)) {
    co_return std::vector<socket_address>(1, *address);
  }
  std::vector<socket_address> addresses = co_await loop::current().names().find(std::move(host));
  for (socket_address& address : addresses) address = with_port(address, port);
  co_return addresses;
}

}  // namespace weir
