// SPDX-License-Identifier: Apache-2.0
#include "weir/asio.hpp"

#include <doctest/doctest.h>

#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <string>

#include "weir/tcp.hpp"
#include "weir/when_all.hpp"

namespace {

/// Sends back one line. Asio finds its end in what the weir socket gives.
weir::task<> echo_line(weir::tcp_listener& listener) {
  weir::asio_stream peer(co_await listener.accept());
  std::string text;
  const std::size_t size =
      co_await asio::async_read_until(peer, asio::dynamic_buffer(text), '\n', weir::use_weir);
  co_await asio::async_write(peer, asio::buffer(text, size), weir::use_weir);
}

weir::task<std::string> ask(std::uint16_t port) {
  weir::asio_stream server(co_await weir::tcp_stream::connect("localhost", port));
  co_await asio::async_write(server, asio::buffer("hello\n", 6), weir::use_weir);
  std::string answer;
  co_await asio::async_read_until(server, asio::dynamic_buffer(answer), '\n', weir::use_weir);
  co_return answer;
}

weir::task<std::string> serve_and_ask() {
  auto listener = weir::tcp_listener::bind("127.0.0.1", 0);
  const auto both = co_await weir::when_all(ask(listener.port()), echo_line(listener));
  co_return std::get<0>(both);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("asio: its algorithms on weir's sockets, awaited by tasks") {
    weir::loop home;
    CHECK(home.run(serve_and_ask()) == "hello\n");
  }
}
