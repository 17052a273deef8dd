// SPDX-License-Identifier: Apache-2.0
#include "weir/socket_stream.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "weir/unix_socket.hpp"
#include "weir/when_all.hpp"

namespace {

/// Works on TCP and on Unix sockets.
weir::task<std::string> ask(weir::socket_stream& server, std::string question) {
  co_await server.write_all(question);
  server.shutdown_write();  // No more questions; the answer can still come.
  std::string answer;
  std::array<std::byte, 512> part;
  for (;;) {
    const std::size_t count = co_await server.read_some(part);
    if (count == 0) co_return answer;
    answer.append(reinterpret_cast<const char*>(part.data()), count);
  }
}

weir::task<> answer(weir::socket_stream& client) {
  std::array<std::byte, 512> question;
  while (co_await client.read_some(question) > 0) continue;
  co_await client.write_all("42");
  client.close();
}

weir::task<std::string> ask_and_answer() {
  std::array<weir::unix_stream, 2> ends = weir::unix_stream::pair();
  auto both = co_await weir::when_all(ask(ends[0], "6 * 7?"), answer(ends[1]));
  co_return std::get<0>(both);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("socket_stream: a question, its end, and the answer to the end") {
    weir::loop home;
    CHECK(home.run(ask_and_answer()) == "42");
  }
}
