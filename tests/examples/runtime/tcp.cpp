// SPDX-License-Identifier: Apache-2.0
#include "weir/tcp.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/loop.hpp"
#include "weir/scope.hpp"

namespace {

weir::task<> echo_once(weir::tcp_listener& listener) {
  weir::tcp_stream peer = co_await listener.accept();
  for (;;) {
    const weir::received_bytes bytes = co_await peer.receive();
    if (bytes.empty()) co_return;
    co_await peer.write_all(bytes.bytes());
  }
}

weir::task<std::string> say_hello() {
  auto listener = weir::tcp_listener::bind("127.0.0.1", 0);
  weir::scope children;
  children.spawn(echo_once(listener));
  std::string heard;
  {
    auto server = co_await weir::tcp_stream::connect("127.0.0.1", listener.port());
    co_await server.write_all("hello");
    while (heard.size() < 5) heard += (co_await server.receive()).text();
  }
  co_await children.join();
  co_return heard;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("tcp: a server and a client") {
    weir::loop home;
    CHECK(home.run(say_hello()) == "hello");
  }
}
