// SPDX-License-Identifier: Apache-2.0
#include "weir/resolve.hpp"

#include <netdb.h>

#include "weir/blocking.hpp"

namespace weir {
namespace {

std::vector<socket_address> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
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

}  // namespace

task<std::vector<socket_address>> resolve(std::string host, std::uint16_t port) {
  if (const auto address = socket_address::of_ip(host, port)) {
    co_return std::vector<socket_address>(1, *address);
  }
  auto look = blocking([host, port] { return look_up(host, port); });
  co_return co_await std::move(look);
}

}  // namespace weir
