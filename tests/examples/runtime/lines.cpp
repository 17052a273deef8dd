// SPDX-License-Identifier: Apache-2.0
#include "weir/lines.hpp"

#include <doctest/doctest.h>

#include "weir/scope.hpp"
#include "weir/tcp.hpp"

namespace {

weir::task<> greet_each(weir::tcp_listener& door) {
  weir::tcp_stream peer = co_await door.accept();
  auto names = weir::lines(peer);
  while (auto name = co_await names.next()) co_await peer.write_all("hello " + *name + "\n");
}

weir::task<std::string> ask(weir::tcp_listener& door) {
  weir::tcp_stream server = co_await weir::tcp_stream::connect(door.address());
  auto answers = weir::lines(server);
  co_await server.write_all("Ada\nGrace\n");
  const auto first = co_await answers.next();
  const auto second = co_await answers.next();
  co_return *first + ", " + *second;
}

weir::task<std::string> talk(weir::tcp_listener& door) {
  co_return co_await weir::with_scope([&](weir::scope& children) {
    children.spawn(greet_each(door));
    return ask(door);
  });
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("lines: a conversation line by line") {
    weir::loop home;
    auto door = weir::tcp_listener::bind("127.0.0.1", 0);
    CHECK(home.run(talk(door)) == "hello Ada, hello Grace");
  }
}
