// SPDX-License-Identifier: Apache-2.0
#include "socket_error.hpp"

#include <cerrno>

namespace weir::detail {
namespace {

/// The likely cause and the remedy; empty where there is nothing to add.
std::string_view advice(int errno_value) noexcept {
  switch (errno_value) {
    case EAGAIN:
      return "the other side does not keep up";
    case ECONNREFUSED:
      return "nothing listens there, or a firewall refuses it";
    case ETIMEDOUT:
      return "no answer: the address is wrong, the host is down or a firewall drops packets";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "there is no way to it; check the address and the routes of this machine";
    case EADDRINUSE:
      return "another socket has this address; a Unix socket's file may be left from a crash";
    case EADDRNOTAVAIL:
      return "this machine does not have that address, or no local port is free";
    case EACCES:
      return "ports below 1024 and paths need permission, broadcast needs udp_options::broadcast";
    case EMFILE:
      return "this process has as many files open as it may; raise RLIMIT_NOFILE (ulimit -n)";
    case ENFILE:
      return "the system has as many files open as it may; raise fs.file-max";
    case ETOOMANYREFS:
      return "as many descriptors are under way as may be; their receivers do not keep up";
    case EMSGSIZE:
      return "the message is longer than the network or the socket's buffer takes";
    default:
      return {};
  }
}

}  // namespace

error socket_error(int errno_value, std::string_view what) {
  const error plain = error::from_errno(errno_value, what);
  const std::string_view more = advice(errno_value);
  if (more.empty()) return plain;
  return {plain.code(), plain.disposition(), plain.message() + "; " + std::string(more)};
}

}  // namespace weir::detail
