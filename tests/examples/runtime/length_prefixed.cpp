// SPDX-License-Identifier: Apache-2.0
#include "weir/length_prefixed.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "weir/socket_stream.hpp"

namespace {

constexpr std::size_t message_bytes_max = 1024;

/// The lengths of the messages that come.
weir::task<std::vector<std::size_t>> measure(weir::socket_stream& source) {
  std::vector<std::size_t> sizes;
  auto messages = weir::length_prefixed(source, message_bytes_max);
  while (auto message = co_await messages.next()) sizes.push_back(message->size());
  co_return sizes;
}

weir::task<std::vector<std::size_t>> send_and_measure(weir::socket_stream& near,
                                                      weir::socket_stream& far) {
  using namespace std::string_view_literals;
  co_await far.write_all("\0\0\0\5hello"sv);
  co_await far.write_all("\0\0\0\0"sv);
  co_await far.write_all("\0\0\0\4weir"sv);
  far.shutdown_write();
  co_return co_await measure(near);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("length_prefixed: messages that begin with their length") {
    weir::loop home;
    int ends[2] = {};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    weir::socket_stream near(weir::file_descriptor(ends[0]), "near");
    weir::socket_stream far(weir::file_descriptor(ends[1]), "far");
    CHECK(home.run(send_and_measure(near, far)) == std::vector<std::size_t>{5, 0, 4});
  }
}
