// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "orders.hpp"
#include "told.hpp"
#include "weir/tcp.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

/// Greets one client as a NATS server does, and then says `frame`, which is none.
task<> greet_and_say(tcp_listener& listener, std::string frame) {
  tcp_stream client = co_await listener.accept();
  co_await client.write_all(
      "INFO "
      "{\"server_id\":\"X\",\"version\":\"2.9.10\",\"headers\":true,\"max_payload\":1048576}\r\n");
  std::string heard;
  std::array<std::byte, 4096> part;
  while (!contains(heard, "PING\r\n")) {
    const std::size_t count = co_await client.read_some(part);
    if (count == 0) co_return;
    heard.append(reinterpret_cast<const char*>(part.data()), count);
  }
  const std::string said = "PONG\r\n" + frame;
  co_await client.write_all(said);
  // The client ends it; what else it says is of no interest.
  for (;;) {
    const auto read = co_await client.read_some(part).as_result();
    if (!read.has_value() || *read == 0) co_return;
  }
}

struct bad_frame {
  const char* frame;
  const char* shown;  ///< a part of the reason of the disconnection
};

constexpr std::array bad_frames{
    bad_frame{"HELO there\r\n", "HELO there"},
    bad_frame{"MSG a.b 1 -5\r\n", "MSG a.b 1 -5"},
    bad_frame{"MSG a.b 1 99999999999999999999\r\n", "MSG a.b 1 9999"},
    bad_frame{"HMSG a.b 1 20 10\r\n", "HMSG a.b 1 20 10"},
    bad_frame{"MSG a.b 1 3\r\nabcdef\r\n", ""},
    bad_frame{"\x16\x03\x01\x02\r\n", ""},
};

task<> meet(nats::connection& link, told& heard, const bad_frame& bad, tcp_listener& listener) {
  co_await with_scope([&](scope& serving) -> task<> {
    serving.spawn(greet_and_say(listener, bad.frame));
    const nats::connection_event lost = co_await heard.next(kind::disconnected);
    CHECK(contains(lost.reason, bad.shown));
    CHECK_FALSE(lost.reason.empty());
    // Another server speaks the protocol.
    co_await heard.next(kind::connected, 1);
    orders in(link);
    co_await in.make(2);
  });
}

void meet_on_loop(const bad_frame& bad) {
  CAPTURE(bad.frame);
  live_server good;
  told heard;
  loop home;
  home.run([&]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    nats::connection_options options = heard.listen(good.options());
    options.url = "nats://127.0.0.1:" + std::to_string(listener.port()) + "," + options.url;
    nats::connection link(options);
    const auto done =
        co_await with_timeout(hang_limit, meet(link, heard, bad, listener)).as_result();
    co_await link.close();
    done.value();
  }());
}

}  // namespace

TEST_SUITE("nats.malformed_frames") {
  TEST_CASE("a server that breaks the protocol is left with the reason, and another one used") {
    for (const bad_frame& bad : bad_frames) meet_on_loop(bad);
  }
}
