// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>

#include <span>
#include <string>

#include "weir/socket_calls.hpp"
#include "weir/socket_options.hpp"

namespace weir::detail {

/// An option of a socket: where the kernel has it, and what errors call it.
struct option_name {
  int level;
  int number;
  const char* text;
};

inline constexpr option_name reuse_address{SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR"};
inline constexpr option_name reuse_port{SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT"};
inline constexpr option_name ipv6_only{IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY"};

/// Sets an option of `socket`, which errors call `owner`; throws where the kernel refuses.
void set_option(int socket, const option_name& option, int value, const std::string& owner);
void set_structure(int socket, const option_name& option, std::span<const std::byte> value,
                   const std::string& owner);
int get_option(int socket, const option_name& option, const std::string& owner);

void set_buffers(int socket, const socket_buffers& buffers, const std::string& owner);
socket_buffers get_buffers(int socket, const std::string& owner);

void set_options(int socket, const tcp_options& options, const std::string& owner);
tcp_options get_options(int socket, const std::string& owner);

}  // namespace weir::detail
