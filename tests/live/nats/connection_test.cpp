// SPDX-License-Identifier: Apache-2.0
#include "connection_core.hpp"
#include "orders.hpp"
#include "told.hpp"
#include "weir/blocking.hpp"
#include "weir/sleep.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

std::string address_of(live_server& server) {
  return "127.0.0.1:" + std::to_string(server->port());
}

task<> go_to_the_next(nats::connection& link, live_server& first, live_server& second,
                      told& heard) {
  co_await link.wait_connected();
  CHECK((co_await heard.next(kind::connected)).server == address_of(first));
  std::size_t known = heard.all.size();
  co_await blocking([&first] { first->kill_hard(); });
  CHECK((co_await heard.next(kind::connected, known)).server == address_of(second));
  co_await link.flush();

  known = heard.all.size();
  co_await blocking([&] {
    first->start();
    second->kill_hard();
  });
  CHECK((co_await heard.next(kind::connected, known)).server == address_of(first));
  co_await link.flush();
}

constexpr std::size_t flood_count = 1000;
constexpr std::size_t flood_message_bytes = 64 * 1024;  // all: more than any socket's buffers

task<> flood(nats::connection& link, const nats::subject& to, std::size_t& sent) {
  const std::string payload(flood_message_bytes, 'x');
  for (; sent < flood_count; ++sent) co_await link.publish(to, payload);
}

task<> publish_without_end(nats::connection& link, const bool& is_over) {
  const nats::subject to("flood");
  const std::string payload(8 * 1024, 'x');
  while (!is_over) co_await link.publish(to, payload);
}

task<> publish_beside_others(nats::connection& link) {
  co_await link.wait_connected();
  bool is_over = false;
  scope floods;
  floods.spawn(publish_without_end(link, is_over));
  floods.spawn(publish_without_end(link, is_over));
  const nats::subject to("drop");
  for (int round = 0; round < 20; ++round) {
    co_await yield();
    co_await link.publish(to, "x");
  }
  is_over = true;
  co_await floods.join();
  CHECK(link.statistics().messages_out > 20);
}

task<> stop_at_high_water(nats::connection& link, live_server& server) {
  orders in(link);
  co_await in.make(0);
  co_await blocking([&server] { server->pause(); });
  std::size_t sent = 0;
  scope publishing;
  publishing.spawn(flood(link, in.created, sent));
  std::size_t before = 0;
  do {  // until it stands still
    before = sent;
    co_await sleep(50ms);
  } while (sent != before);
  CHECK(sent > 0);
  CHECK(sent < flood_count);
  co_await blocking([&server] { server->resume(); });
  co_await publishing.join();
  co_await link.flush();
  for (;;) {  // the stream stores behind the reading
    const nats::stream_info info = co_await in.js.stream_info("ORDERS");
    if (info.messages == flood_count) break;
  }
}

task<> close_and_look(nats::connection& link, int& closed) {
  co_await link.close();
  CHECK(link.core().background().size() == 0);
  ++closed;
}

task<> close_three_times_at_once(nats::connection& link) {
  co_await link.wait_connected();
  int closed = 0;
  scope closing;
  for (int task = 0; task < 2; ++task) closing.spawn(close_and_look(link, closed));
  scope cancelled;
  cancelled.request_stop();
  cancelled.spawn(close_and_look(link, closed));
  co_await closing.join();
  co_await cancelled.close();
  CHECK(closed == 3);
  CHECK_FALSE(link.is_connected());
}

}  // namespace

TEST_SUITE("nats.connection") {
  TEST_CASE("several tasks may close a connection at once, and each waits until it is closed") {
    live_server server;
    with_connection(server.options(), close_three_times_at_once);
  }
  TEST_CASE("a connection goes to the next server of its list, and round again") {
    live_server first;
    live_server second;
    told heard;
    nats::connection_options options = heard.listen(first.options());
    options.url += "," + second.options().url;
    with_connection(options,
                    [&](auto& link) { return go_to_the_next(link, first, second, heard); });
  }
  TEST_CASE("who waits to publish is not overtaken for ever by those who publish without end") {
    live_server server;
    nats::connection_options options = server.options();
    options.high_water_bytes = 64 * 1024;
    with_connection(options, publish_beside_others);
  }
  TEST_CASE("publishing suspends at the high-water mark, and nothing of it is lost") {
    live_server server;
    nats::connection_options options = server.options();
    options.high_water_bytes = 64 * 1024;
    with_connection(options, [&](auto& link) { return stop_at_high_water(link, server); });
  }
}
