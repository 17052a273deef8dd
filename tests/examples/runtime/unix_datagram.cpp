// SPDX-License-Identifier: Apache-2.0
#include "weir/unix_datagram.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace {

weir::task<std::string> talk_to_self() {
  std::array<weir::unix_datagram_socket, 2> ends = weir::unix_datagram_socket::pair();
  co_await ends[0].send("first");
  co_await ends[0].send("second");  // Suspends while the other end has no room.
  std::array<std::byte, 512> place;
  const weir::received_datagram came = co_await ends[1].receive_from(place);
  co_return std::string(reinterpret_cast<const char*>(place.data()), came.size);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("unix_datagram: datagrams arrive in order and one by one") {
    weir::loop home;
    CHECK(home.run(talk_to_self()) == "first");
  }
}
