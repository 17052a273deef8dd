// SPDX-License-Identifier: Apache-2.0
#include "orders.hpp"
#include "told.hpp"
#include "weir/blocking.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

/// The least that a server takes; it lets its clients be for the grace period.
servers::nats_server_options short_farewell() {
  return {.configuration = "lame_duck_duration: \"30s\", lame_duck_grace_period: \"20s\"\n"};
}

std::string address_of(live_server& server) {
  return "127.0.0.1:" + std::to_string(server->port());
}

task<> move_before_the_end(nats::connection& link, live_server& first, live_server& second,
                           told& heard) {
  co_await link.wait_connected();
  CHECK((co_await heard.next(kind::connected)).server == address_of(first));
  const std::size_t known = heard.all.size();
  first->enter_lame_duck_mode();
  CHECK((co_await heard.next(kind::lame_duck, known)).what == kind::lame_duck);
  CHECK((co_await heard.next(kind::connected, known)).server == address_of(second));
  for (const nats::connection_event& one : heard.all) CHECK(one.what != kind::disconnected);
  CHECK(first->is_running());
  co_await link.flush();
  CHECK(link.statistics().reconnects == 1);
  orders in(link);
  co_await in.make(10);
}

task<> wait_for_the_only_one(nats::connection& link, live_server& server, told& heard) {
  co_await link.wait_connected();
  const std::size_t known = heard.all.size();
  server->enter_lame_duck_mode();
  co_await heard.next(kind::lame_duck, known);
  co_await link.flush();  // It serves until it ends.
  co_await blocking([&server] { server->kill_hard(); });
  co_await heard.next(kind::disconnected, known);
  co_await blocking([&server] { server->start(); });
  co_await heard.next(kind::connected, known);
  co_await link.flush();
  CHECK(link.statistics().reconnects == 1);
}

}  // namespace

TEST_SUITE("nats.lame_duck") {
  TEST_CASE("a connection moves to another server before a lame duck ends, and never breaks") {
    live_server first(short_farewell());
    live_server second;
    told heard;
    nats::connection_options options = heard.listen(first.options());
    options.url += "," + second.options().url;
    with_connection(options,
                    [&](auto& link) { return move_before_the_end(link, first, second, heard); });
  }
  TEST_CASE("a lame duck that is alone is used to its end, and waited for") {
    live_server server(short_farewell());
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return wait_for_the_only_one(link, server, heard); });
  }
}
