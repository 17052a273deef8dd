// SPDX-License-Identifier: Apache-2.0
#include "weir/udp.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "weir/scope.hpp"

namespace {

weir::task<> answer_one(weir::udp_socket& server) {
  std::array<std::byte, 512> place;
  const weir::received_datagram came = co_await server.receive_from(place);
  co_await server.send_to(std::span<const std::byte>(place).first(came.size), came.sender);
}

weir::task<std::string> ask(weir::socket_address server) {
  weir::udp_socket client = co_await weir::udp_socket::connect(server);
  co_await client.send("hello");
  std::array<std::byte, 512> place;
  const weir::received_datagram came = co_await client.receive_from(place);
  co_return std::string(reinterpret_cast<const char*>(place.data()), came.size);
}

weir::task<std::string> ask_and_answer() {
  weir::udp_socket server = weir::udp_socket::bind("127.0.0.1", 0);
  co_return co_await weir::with_scope([&](weir::scope& children) {
    children.spawn(answer_one(server));
    return ask(server.address());
  });
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("udp: a datagram is answered to its sender") {
    weir::loop home;
    CHECK(home.run(ask_and_answer()) == "hello");
  }
}
