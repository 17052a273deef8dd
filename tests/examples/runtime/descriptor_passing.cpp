// SPDX-License-Identifier: Apache-2.0
#include "weir/descriptor_passing.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace {

// Hands a connection on to somebody else, who may be another process. Descriptors travel beside at
// least one byte.
weir::task<std::string> hand_over_a_connection() {
  std::array<weir::unix_stream, 2> channel = weir::unix_stream::pair();
  std::array<weir::unix_stream, 2> connection = weir::unix_stream::pair();
  const std::array<int, 1> given{connection[1].descriptor()};
  const std::array<std::byte, 1> one_byte{};
  co_await weir::send_descriptors(channel[0], one_byte, given);
  connection[1].close();  // The receiver has its own.

  std::array<std::byte, 16> place;
  weir::received_descriptors received = co_await weir::receive_descriptors(channel[1], place, 1);
  weir::unix_stream adopted(std::move(received.descriptors.front()), "the client");
  co_await connection[0].write_all("hello");
  const std::size_t count = co_await adopted.read_some(place);
  co_return std::string(reinterpret_cast<const char*>(place.data()), count);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("descriptor_passing: the receiver goes on with the same connection") {
    weir::loop home;
    CHECK(home.run(hand_over_a_connection()) == "hello");
  }
}
