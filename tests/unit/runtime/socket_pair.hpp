// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "weir/file_descriptor.hpp"

namespace weir::test {

/// Two ends of one connection, neither of which blocks.
struct socket_pair {
  socket_pair() {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    here = file_descriptor(ends[0]);
    there = file_descriptor(ends[1]);
  }
  void send() const { REQUIRE(::write(there.get(), "x", 1) == 1); }
  void fill() const {
    const std::string block(4096, 'x');
    while (::write(here.get(), block.data(), block.size()) > 0) continue;
  }
  void drain() const {
    std::array<char, 4096> block{};
    while (::read(there.get(), block.data(), block.size()) > 0) continue;
  }

  file_descriptor here;
  file_descriptor there;
};

}  // namespace weir::test
