// SPDX-License-Identifier: Apache-2.0
#include "connection_core.hpp"
#include "orders.hpp"
#include "scripted_server.hpp"
#include "told.hpp"
#include "weir/blocking.hpp"
#include "weir/nats/subscription.hpp"
#include "weir/yield.hpp"

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

/// A server that says it is about to end while a connection to it is being made.
struct late_duck {
  late_duck() : server("2.9.10") {
    server.before_first_pong = "INFO {\"server_id\":\"" + address() +
                               "\",\"version\":\"2.9.10\",\"headers\":true,"
                               "\"max_payload\":1048576,\"ldm\":true}\r\n";
  }
  std::string address() const { return server.url().substr(7); }

  scripted_server server;
};

task<> move_from_the_start(nats::connection& link, late_duck& first, told& heard, std::string end) {
  CHECK((co_await heard.next(kind::connected)).server == first.address());
  co_await heard.next(kind::lame_duck);
  CHECK((co_await heard.next(kind::connected, 2)).server == end);
  co_await link.flush();
  CHECK(link.statistics().reconnects == 1);
}

/// Two such servers, and one that stays.
task<> pass_late_ducks() {
  late_duck first;
  late_duck second;
  live_server last;
  told heard;
  nats::connection_options options = heard.listen(last.options());
  options.url = first.server.url() + "," + second.server.url() + "," + last->url();
  scope serving;
  serving.spawn(first.server.serve());
  serving.spawn(second.server.serve());
  nats::connection link(options);
  const auto done =
      co_await with_timeout(hang_limit, move_from_the_start(link, first, heard, address_of(last)))
          .as_result();
  co_await link.close();
  co_await serving.close();
  done.value();
}

/// The first server stands still from the moment it is about to end, so the move takes a while.
task<> acknowledge_and_close_while_moving(nats::connection& link, live_server& first,
                                          nats::connection& other, told& heard) {
  orders in(link);
  nats::consumer worker = co_await in.worker(1);
  nats::fetched got = co_await worker.fetch(1);
  REQUIRE(got.messages.size() == 1);
  co_await other.wait_connected();
  nats::subscription acknowledgements(other, nats::subject_pattern("$JS.ACK.>"));
  co_await other.flush();
  first->enter_lame_duck_mode();
  co_await heard.next(kind::lame_duck);
  while (!link.core().is_moving()) co_await yield();
  got.messages[0].ack();
  co_await link.close();
  const auto came = co_await acknowledgements.next();
  CHECK(came->subject().starts_with("$JS.ACK.ORDERS.worker."));
  CHECK(came->payload().empty());  // An acknowledgement is empty, or "+ACK".
}

/// The server that is left stands still: nobody knows what it has read.
task<> flush_what_may_be_lost(nats::connection& link, told& heard, live_server& first) {
  co_await link.wait_connected();
  first->enter_lame_duck_mode();
  co_await heard.next(kind::lame_duck);
  co_await link.publish(nats::subject("orders.created"), "perhaps read, perhaps not");
  while (!link.core().is_moving()) co_await yield();
  const auto failure = co_await error_of(link.flush());
  REQUIRE(failure.has_value());
  CHECK(failure->is(errc::unavailable));
  CHECK(contains(failure->message(), "did not say in time"));
  co_await link.flush();  // What was sent to the other one, it has read.
}

/// Two servers of which the first stands still as soon as it is about to end.
template <class Work>
void move_from_paused(Work work) {
  live_server first(short_farewell());
  live_server second;
  told heard;
  nats::connection_options options = heard.listen(first.options());
  options.url += "," + second.options().url;
  options.on_event = [&first, tell = options.on_event](const nats::connection_event& one) {
    tell(one);
    if (one.what == kind::lame_duck) first->pause();
  };
  with_connection(options, [&](nats::connection& link) -> task<> {
    const auto done = co_await work(link, heard, first, second).as_result();
    first->resume();
    done.value();
  });
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
  TEST_CASE("a server that is a lame duck from the start is left, and not for another one") {
    loop home;
    home.run(pass_late_ducks());
  }
  TEST_CASE("acknowledgements of a connection that is closed while it moves are sent") {
    move_from_paused([](auto& link, auto& heard, auto& first, auto& second) -> task<> {
      nats::connection other(second.options());
      const auto done =
          co_await acknowledge_and_close_while_moving(link, first, other, heard).as_result();
      co_await other.close();
      done.value();
    });
  }
  TEST_CASE(
      "a flush through a move says when nobody knows what the server that was left has read") {
    move_from_paused([](auto& link, auto& heard, auto& first, auto&) {
      return flush_what_may_be_lost(link, heard, first);
    });
  }
}
