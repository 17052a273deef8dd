// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/arrivals.hpp"
#include "weir/file_descriptor.hpp"

namespace weir {

/// How many connections a listener takes from the kernel before they are asked for; the others wait
/// in its backlog. A burst that the kernel hands over at once comes on top.
inline constexpr std::size_t accepted_ahead_max = 16;

namespace detail {

/// A listening socket, and the connections that have been accepted from it and not yet taken.
///
/// One operation of the driver accepts one connection after the other, from the first accept() on.
class acceptor {
 public:
  class accept_operation;

  explicit acceptor(file_descriptor socket) noexcept : socket_(std::move(socket)) {}
  acceptor(acceptor&&) noexcept = default;
  acceptor& operator=(acceptor&& other) noexcept {
    if (this == &other) return *this;
    arrivals_.reset();  // Before its descriptor is closed.
    socket_ = std::move(other.socket_);
    arrivals_ = std::move(other.arrivals_);
    return *this;
  }

  /// Suspends until a connection comes; gives its descriptor, or a negative errno. Those
  /// who wait are served in the order they came; a cancelled wait leaves what comes to the next.
  accept_operation accept();

  const file_descriptor& socket() const noexcept { return socket_; }

 private:
  file_descriptor socket_;
  arrivals::owner arrivals_;  // Made by the first accept(), on the loop that it is called on.
};

/// The wait of acceptor::accept().
class [[nodiscard]] acceptor::accept_operation final : public arrivals_wait {
 public:
  explicit accept_operation(arrivals& from) noexcept : arrivals_wait(from) {}

  int await_resume() const noexcept { return completion().result; }
};

inline acceptor::accept_operation acceptor::accept() {
  if (arrivals_ == nullptr) {
    arrivals_ = arrivals::make(io_kind::accept_many, socket_.get(), accepted_ahead_max);
  }
  return accept_operation(*arrivals_);
}

}  // namespace detail
}  // namespace weir
