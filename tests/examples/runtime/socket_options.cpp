// SPDX-License-Identifier: Apache-2.0
#include "weir/socket_options.hpp"

#include <doctest/doctest.h>

#include "weir/tcp.hpp"

namespace {

weir::task<weir::tcp_options> connect_with_options() {
  const weir::tcp_listen_options shared{.reuse_port = true};  // A listener for each loop.
  weir::tcp_listener listener = weir::tcp_listener::bind("127.0.0.1", 0, shared);
  const weir::tcp_options quick{.nodelay = true, .keepalive = weir::tcp_keepalive{}};
  weir::tcp_stream client = co_await weir::tcp_stream::connect(listener.address(), quick);
  client.set_options({.user_timeout = std::chrono::seconds(30)});  // The others stay.
  co_return client.options();
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("socket_options: a connection has what is named, and the kernel's choice elsewhere") {
    weir::loop home;
    const weir::tcp_options seen = home.run(connect_with_options());
    CHECK(seen.nodelay == true);
    CHECK(seen.keepalive->probes == weir::tcp_keepalive{}.probes);
    CHECK(seen.user_timeout == std::chrono::seconds(30));
  }
}
