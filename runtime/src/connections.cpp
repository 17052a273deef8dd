// SPDX-License-Identifier: Apache-2.0
#include "weir/connections.hpp"

#include <cerrno>

namespace weir::detail {

accept_failure classify_accept(const error& failure) noexcept {
  if (failure.code().category() != std::system_category()) return accept_failure::of_listener;
  switch (failure.code().value()) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return accept_failure::of_means;
    // Linux gives the errors that wait on the new connection, and those of a firewall (EPERM).
    case EAGAIN:
    case ECONNABORTED:
    case ECONNRESET:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case EINTR:
    case ENETDOWN:
    case ENETUNREACH:
    case ENONET:
    case ENOPROTOOPT:
    case EPERM:
    case EPROTO:
    case ETIMEDOUT:
      return accept_failure::of_connection;
    default:
      return accept_failure::of_listener;
  }
}

}  // namespace weir::detail
