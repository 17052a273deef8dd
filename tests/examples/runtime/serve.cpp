// SPDX-License-Identifier: Apache-2.0
#include "weir/serve.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "weir/tcp.hpp"

namespace {

weir::task<> greet(weir::tcp_stream peer) { co_await peer.write_all("hello"); }

weir::task<std::string> be_greeted() {
  weir::tcp_listener listener = weir::tcp_listener::bind("127.0.0.1", 0);
  co_return co_await weir::with_scope([&](weir::scope& servers) -> weir::task<std::string> {
    servers.spawn(weir::serve(listener, greet));
    weir::tcp_stream client = co_await weir::tcp_stream::connect(listener.address());
    std::array<std::byte, 16> place;
    const std::size_t count = co_await client.read_some(place);
    co_return std::string(reinterpret_cast<const char*>(place.data()), count);
  });
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("serve: every connection gets a task of its own") {
    weir::loop home;
    CHECK(home.run(be_greeted()) == "hello");
  }
}
