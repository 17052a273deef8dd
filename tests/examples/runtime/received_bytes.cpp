// SPDX-License-Identifier: Apache-2.0
#include "weir/received_bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

#include "weir/unix_socket.hpp"

namespace {

/// Counts without copying. Each buffer goes back to the loop before the next one is awaited.
weir::task<std::ptrdiff_t> count_lines(weir::unix_stream& source) {
  for (std::ptrdiff_t lines = 0;;) {
    const weir::received_bytes part = co_await source.receive();
    if (part.empty()) co_return lines;
    lines += std::ranges::count(part.text(), '\n');
  }
}

weir::task<std::ptrdiff_t> send_and_count() {
  std::array<weir::unix_stream, 2> ends = weir::unix_stream::pair();
  co_await ends[0].write_all("one\ntwo\nthree\n");
  ends[0].shutdown_write();
  co_return co_await count_lines(ends[1]);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("received_bytes: what came, in a buffer that the loop lends") {
    weir::loop home;
    CHECK(home.run(send_and_count()) == 3);
  }
}
