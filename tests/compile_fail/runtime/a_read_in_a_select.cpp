// SPDX-License-Identifier: Apache-2.0
// error: select() takes operations that have no effect until they win
#include "weir/select.hpp"
#include "weir/sleep.hpp"
#include "weir/tcp.hpp"

weir::task<> wait(weir::tcp_stream& peer, std::span<std::byte> bytes) {
  co_await weir::select(peer.read_some(bytes), weir::sleep_until({}));
}
