// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "weir/tcp.hpp"
#include "weir/when_all.hpp"

namespace weir::test {

/// The two ends of a TCP connection.
struct connected_pair {
  tcp_stream client;
  tcp_stream server;
};

inline task<connected_pair> connect_pair(tcp_listener& listener) {
  auto ends = co_await when_all(tcp_stream::connect(listener.address()), listener.accept());
  co_return connected_pair{std::move(std::get<0>(ends)), std::move(std::get<1>(ends))};
}

}  // namespace weir::test
