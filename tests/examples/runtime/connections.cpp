// SPDX-License-Identifier: Apache-2.0
#include "weir/connections.hpp"

#include <doctest/doctest.h>

#include "weir/tcp.hpp"

namespace {

// Takes two connections in turn. A process without descriptors would wait here, not fail.
weir::task<int> take_two(weir::tcp_listener& listener) {
  int taken = 0;
  auto coming = weir::connections(listener);
  while (taken < 2) {
    const auto peer = co_await coming.next();
    if (peer.has_value()) ++taken;
  }
  co_return taken;
}

weir::task<int> connect_two() {
  weir::tcp_listener listener = weir::tcp_listener::bind("127.0.0.1", 0);
  const weir::tcp_stream first = co_await weir::tcp_stream::connect(listener.address());
  const weir::tcp_stream second = co_await weir::tcp_stream::connect(listener.address());
  co_return co_await take_two(listener);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("connections: what comes to a listener is a stream") {
    weir::loop home;
    CHECK(home.run(connect_two()) == 2);
  }
}
