// SPDX-License-Identifier: Apache-2.0
#include "weir/datagram_socket.hpp"

#include <doctest/doctest.h>

#include "weir/stream_operators.hpp"
#include "weir/udp.hpp"

namespace {

// What UDP and Unix sockets have in common is enough for most that receives.
weir::task<std::size_t> count_bytes_of_two(weir::datagram_socket& source) {
  const auto size = [](weir::datagram came) { return came.bytes.size(); };
  std::size_t total = 0;
  auto sizes = source.datagrams() | weir::map(size) | weir::take(2);
  while (auto one = co_await sizes.next()) total += *one;
  co_return total;
}

weir::task<std::size_t> send_two_and_count() {
  weir::udp_socket here = weir::udp_socket::bind("127.0.0.1", 0);
  co_await here.send_to("four", here.address());
  co_await here.send_to("sixsix", here.address());
  co_return co_await count_bytes_of_two(here);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("datagram_socket: what comes is a stream like any other") {
    weir::loop home;
    CHECK(home.run(send_two_and_count()) == 10);
  }
}
