// SPDX-License-Identifier: Apache-2.0
#include "sim_address_book.hpp"

#include <cerrno>

#include "sim_hosts.hpp"

namespace weir::detail {
namespace {

// Linux's ip_local_port_range.
constexpr std::uint16_t free_ports_first = 32768;
constexpr std::uint16_t free_ports_last = 60999;

const std::string any_host = "0.0.0.0";
const std::string any_host_6 = "::";

}  // namespace

bool sim_address_book::is_taken(const sim_claim& claim, std::uint16_t port,
                                const std::string& host) const {
  const auto takes = [](const std::string& taker, const sim_claim& by, const std::string& taken) {
    if (taker == taken) return true;
    const bool both_versions = taker == any_host_6 && !by.version_6_only;
    return is_any(taker) && (both_versions || is_version_6(taker) == is_version_6(taken));
  };
  for (auto at = sockets_.lower_bound({claim.type, port, ""}); at != sockets_.end(); ++at) {
    const auto& [type, taken_port, taken_host] = at->first;
    if (type != claim.type || taken_port != port) return false;
    const sim_claim& other = at->second.front();
    const bool meet = takes(host, claim, taken_host) || takes(taken_host, other, host);
    if (meet && !(claim.shares_port && other.shares_port)) return true;
  }
  return false;
}

int sim_address_book::free_port(int type, const std::string& host) {
  constexpr int ports = free_ports_last - free_ports_first + 1;
  const sim_claim alone{.socket = -1, .type = type, .shares_port = false, .version_6_only = false};
  for (int attempt = 0; attempt < ports; ++attempt) {
    last_port_ = last_port_ < free_ports_first || last_port_ == free_ports_last
                     ? free_ports_first
                     : static_cast<std::uint16_t>(last_port_ + 1);
    if (!is_taken(alone, last_port_, host)) return last_port_;
  }
  return -EADDRINUSE;
}

int sim_address_book::bind(const sim_claim& claim, const socket_address& wanted,
                           socket_address& given) {
  const std::string host = host_of(wanted);
  if (wanted.family() == AF_UNIX) {
    if (!sockets_.try_emplace({0, 0, host}, 1, claim).second) return -EADDRINUSE;
    given = wanted;
    return 0;
  }
  std::uint16_t port = wanted.port();
  if (port == 0) {
    const int chosen = free_port(claim.type, host);
    if (chosen < 0) return chosen;
    port = static_cast<std::uint16_t>(chosen);
  } else if (is_taken(claim, port, host)) {
    return -EADDRINUSE;
  }
  sockets_[{claim.type, port, host}].push_back(claim);
  given = *socket_address::of_ip(host, port);
  return 0;
}

void sim_address_book::release(int socket, int type, const socket_address& address) {
  const bool is_path = address.family() == AF_UNIX;
  const auto place = sockets_.find({is_path ? 0 : type, address.port(), host_of(address)});
  if (place == sockets_.end()) return;  // The path was removed.
  std::erase_if(place->second, [&](const sim_claim& claim) { return claim.socket == socket; });
  if (place->second.empty() && !is_path) sockets_.erase(place);
}

int sim_address_book::remove(const socket_address& path) {
  return sockets_.erase({0, 0, host_of(path)}) == 1 ? 0 : -ENOENT;
}

int sim_address_book::find(int type, const socket_address& address, std::uint64_t choice) const {
  const std::string host = host_of(address);
  if (address.family() == AF_UNIX) {
    const auto path = sockets_.find({0, 0, host});
    if (path == sockets_.end()) return -ENOENT;
    return path->second.empty() ? -ECONNREFUSED : path->second.front().socket;
  }
  const auto found = find_all(type, address);
  return found.empty() ? -ECONNREFUSED : found.front()[choice % found.front().size()];
}

std::vector<std::vector<int>> sim_address_book::find_all(int type,
                                                         const socket_address& address) const {
  const bool version_6 = address.family() == AF_INET6;
  std::vector<std::string> hosts{host_of(address), version_6 ? any_host_6 : any_host};
  if (!version_6) hosts.push_back(any_host_6);
  std::vector<std::vector<int>> all;
  for (const std::string& candidate : hosts) {
    const auto found = sockets_.find({type, address.port(), candidate});
    if (found == sockets_.end()) continue;
    std::vector<int> numbers;
    for (const sim_claim& claim : found->second) {
      const bool takes_version = version_6 || candidate != any_host_6 || !claim.version_6_only;
      if (takes_version) numbers.push_back(claim.socket);
    }
    if (!numbers.empty()) all.push_back(std::move(numbers));
  }
  return all;
}

}  // namespace weir::detail
