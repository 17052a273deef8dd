// SPDX-License-Identifier: Apache-2.0
#include "sim_hosts.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <array>

#include "weir/sim_network.hpp"

namespace weir::detail {
namespace {

constexpr std::string_view mapped = "::ffff:";

}  // namespace

std::string host_of(const socket_address& address) {
  if (address.family() == AF_UNIX) {
    return reinterpret_cast<const sockaddr_un*>(address.data())->sun_path;
  }
  const bool version_6 = address.family() == AF_INET6;
  const void* bytes = nullptr;
  if (version_6) {
    bytes = &reinterpret_cast<const sockaddr_in6*>(address.data())->sin6_addr;
  } else {
    bytes = &reinterpret_cast<const sockaddr_in*>(address.data())->sin_addr;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(version_6 ? AF_INET6 : AF_INET, bytes, text.data(), text.size());
  return text.data();
}

bool is_any(std::string_view host) { return host == "0.0.0.0" || host == "::"; }

bool is_loopback(std::string_view host) { return host == "::1" || host.starts_with("127."); }

bool is_version_6(std::string_view host) { return host.find(':') != std::string_view::npos; }

socket_address destination(const socket_address& address) {
  if (address.family() == AF_UNIX || !is_any(host_of(address))) return address;
  const char* loopback = address.family() == AF_INET6 ? "::1" : "127.0.0.1";
  return *socket_address::of_ip(loopback, address.port());
}

std::string own_host(std::string_view other) {
  if (is_loopback(other)) return is_version_6(other) ? "::1" : "127.0.0.1";
  return std::string(is_version_6(other) ? sim_host_6 : sim_host);
}

socket_address as_seen_by(int family, const socket_address& address) {
  if (family == address.family()) return address;
  return *socket_address::of_ip(std::string(mapped) + host_of(address), address.port());
}

socket_address without_mapping(const socket_address& address) {
  if (address.family() != AF_INET6) return address;
  const std::string host = host_of(address);
  if (!host.starts_with(mapped)) return address;
  return *socket_address::of_ip(host.substr(mapped.size()), address.port());
}

}  // namespace weir::detail
