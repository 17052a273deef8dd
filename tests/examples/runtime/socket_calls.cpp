// SPDX-License-Identifier: Apache-2.0
#include "weir/socket_calls.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>

#include "weir/unix_socket.hpp"

namespace {

/// An option that has no name in weir. Asked for by way of the driver, it works in a simulation
/// too, or says there that it does not.
int type_of(const weir::socket_stream& socket) {
  weir::socket_calls& calls = weir::loop::current().driver();
  int type = 0;
  const int status = calls.get_option(socket.descriptor(), SOL_SOCKET, SO_TYPE, type);
  if (status < 0) throw weir::error::from_errno(-status, "ask for the type of a socket");
  return type;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("socket_calls: calls on sockets go through the loop's driver") {
    weir::loop home;
    const std::array<weir::unix_stream, 2> ends = weir::unix_stream::pair();
    CHECK(type_of(ends[0]) == SOCK_STREAM);
  }
}
