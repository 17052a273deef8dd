// SPDX-License-Identifier: Apache-2.0
#include "event_feed.hpp"
#include "orders.hpp"
#include "scripted_server.hpp"
#include "weir/blocking.hpp"
#include "weir/nats/subscription.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

task<> read_events(nats::connection& link, live_server& server) {
  auto events = link.events();
  const auto first = co_await events.next();
  REQUIRE(first.has_value());
  CHECK(first->what == kind::connected);
  CHECK(first->server == "127.0.0.1:" + std::to_string(server->port()));

  co_await blocking([&server] { server->kill_hard(); });
  const auto second = co_await events.next();
  REQUIRE(second.has_value());
  CHECK(second->what == kind::disconnected);
  CHECK_FALSE(second->reason.empty());
  co_await blocking([&server] { server->start(); });
  for (;;) {
    const auto next = co_await events.next();
    REQUIRE(next.has_value());
    if (next->what == kind::connected) break;
    CHECK(next->what == kind::connect_failed);
  }
  CHECK(link.statistics().reconnects == 1);

  co_await link.close();
  std::optional<nats::connection_event> last = co_await events.next();
  while (last.has_value()) {
    CHECK(last->what == kind::disconnected);
    last = co_await events.next();
  }
}

task<> fall_behind() {
  nats::detail::event_feed feed;
  auto slow = feed.read();
  constexpr unsigned beyond = 7;
  constexpr unsigned all = nats::connection_events_kept + beyond;
  for (unsigned at = 0; at < all; ++at)
    feed.tell({.what = kind::connect_failed, .server = "", .reason = "", .attempt = at});
  feed.close();
  std::size_t read = 0;
  for (auto one = co_await slow.next(); one.has_value(); one = co_await slow.next(), ++read) {
    CHECK(one->missed == beyond);
    CHECK(one->attempt == beyond + read);
  }
  CHECK(read == nats::connection_events_kept);
}

task<> count_messages(nats::connection& link) {
  orders in(link);
  co_await in.make(0);
  const nats::connection_statistics before = link.statistics();
  constexpr std::uint64_t count = 100;
  for (std::uint64_t at = 0; at < count; ++at) co_await link.publish(in.created, "12345");
  co_await in.js.stream_info("ORDERS");
  const nats::connection_statistics after = link.statistics();
  CHECK(after.messages_out >= before.messages_out + count);
  CHECK(after.bytes_out >= before.bytes_out + 5 * count);
  CHECK(after.messages_in > before.messages_in);
  CHECK(after.reconnects == 0);
  CHECK((co_await link.rtt()) > duration::zero());
}

task<> speak_nonsense(nats::connection& link, scripted_server& server) {
  auto events = link.events();
  co_await link.wait_connected();
  nats::subscription listening(link, nats::subject_pattern("a"));
  server.on_publish = [&](const scripted_server::published&) {
    server.deliver("a", "a b c d e f", "", "", "");
  };
  co_await link.publish(nats::subject("b"), "");
  for (;;) {
    const auto one = co_await events.next();
    REQUIRE(one.has_value());
    if (one->what != nats::connection_event::kind::disconnected) continue;
    CAPTURE(one->reason);
    CHECK(contains(one->reason, "the connection to nats-server at " + server.url().substr(7)));
    CHECK(contains(one->reason, "does not speak NATS: there are too many words in \"MSG a b c"));
    co_return;
  }
}

}  // namespace

TEST_SUITE("nats.connection_event") {
  TEST_CASE("what is no protocol of NATS ends the connection, and the reason names the server") {
    with_scripted_server("2.12.0", speak_nonsense);
  }
  TEST_CASE("a stream of events tells of every change, and ends when the connection is closed") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return read_events(link, server); });
  }
  TEST_CASE("a reader of events that falls behind is told how many it missed") {
    loop home;
    home.run(fall_behind());
  }
  TEST_CASE("messages, bytes and reconnects are counted, and the round trip is measured") {
    live_server server;
    with_connection(server.options(), count_messages);
  }
}
