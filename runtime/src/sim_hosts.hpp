// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "weir/socket_address.hpp"

namespace weir::detail {

// What addresses say of the hosts of a simulation.

/// The IP address in numbers, as inet_ntop writes it, or the path.
std::string host_of(const socket_address& address);
/// 0.0.0.0 or ::
bool is_any(std::string_view host);
bool is_loopback(std::string_view host);
bool is_version_6(std::string_view host);

/// Where what is sent to `address` goes: to no host in particular means to one's own.
socket_address destination(const socket_address& address);
/// The host of a socket that has none and sends to `other`.
std::string own_host(std::string_view other);

/// An IPv4 address as an IPv6 socket sees it, and all others as they are.
socket_address as_seen_by(int family, const socket_address& address);
/// The IPv4 address behind what an IPv6 socket sees, and all others as they are.
socket_address without_mapping(const socket_address& address);

}  // namespace weir::detail
