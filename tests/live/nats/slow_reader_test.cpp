// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <sys/socket.h>

#include "servers/unique_fd.hpp"
#include "told.hpp"
#include "weir/nats/subscription.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

constexpr std::size_t flood_bytes = 64U << 20;  // far more than sockets and the server may hold
constexpr std::size_t message_bytes = 512U << 10;

/// Publishes a flood over a socket of its own, in plain blocking calls: the loop stands still, so
/// that its connection reads nothing until the server has seen all of it.
void flood(std::uint16_t port) {
  const servers::unique_fd raw(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(raw.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const auto send_all = [&](std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(raw.get(), text.data(), text.size(), MSG_NOSIGNAL);
      REQUIRE(sent > 0);
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  };
  const std::string message = "PUB flood.water " + std::to_string(message_bytes) + "\r\n" +
                              std::string(message_bytes, 'w') + "\r\n";
  send_all("CONNECT {\"verbose\":false}\r\n");
  for (std::size_t sent = 0; sent < flood_bytes; sent += message_bytes) send_all(message);
  send_all("PING\r\n");
  std::string answer;
  while (!contains(answer, "PONG\r\n")) {
    char part[4096];
    const ssize_t size = recv(raw.get(), part, sizeof part, 0);
    REQUIRE(size > 0);
    answer.append(part, static_cast<std::size_t>(size));
  }
}

task<> be_too_slow(nats::connection& link, live_server& server, told& heard) {
  nats::subscription water(link, nats::subject_pattern("flood.>"));
  co_await link.wait_connected();
  co_await link.flush();
  const std::size_t known = heard.all.size();
  flood(server->port());
  co_await heard.next(kind::disconnected, known);
  co_await heard.next(kind::connected, known);
  CHECK(contains(servers::read_text(server->log_file()), "Slow Consumer"));

  // What came before the end is here, then the gap is told, once, and then it goes on.
  std::size_t came = 0;
  std::optional<error> gap;
  while (!gap) {
    const auto one = co_await water.next().as_result();
    if (one.has_value()) ++came;
    if (!one.has_value()) gap = one.error();
  }
  CHECK(came < flood_bytes / message_bytes);
  CHECK(gap->is(errc::unavailable));
  CHECK(gap->disposition() == disposition::retry);
  co_await link.flush();
  const nats::subject to("flood.after");
  co_await link.publish(to, "dry");
  const auto after = co_await water.next();
  REQUIRE(after.has_value());
  CHECK(after->payload() == "dry");
}

}  // namespace

TEST_SUITE("nats.slow_reader") {
  TEST_CASE("a reader that the server cut off as too slow connects again, and is told of the gap") {
    live_server server({.configuration = "max_pending: 4MB\nwrite_deadline: \"500ms\"\n"});
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return be_too_slow(link, server, heard); });
  }
}
