// SPDX-License-Identifier: Apache-2.0
#include "ping_line.hpp"

#include "scripted_server.hpp"
#include "told.hpp"
#include "weir/nats/subscription.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

/// A flush and what became of it.
struct flushing {
  bool is_over = false;
  std::optional<error> failed;
};

task<> flush(nats::connection& link, flushing& into) {
  const auto done = co_await link.flush(hang_limit).as_result();
  if (!done.has_value()) into.failed = done.error();
  into.is_over = true;
  if (!done.has_value() && done.error().is_cancelled()) throw done.error();
}

task<> owes(scripted_server& server, int pongs) {
  while (server.owed_pongs() != pongs) co_await yield();
}

/// After this all that the server has said is read, since the message comes behind it, and who was
/// woken by that has had its turns.
task<> read_all(nats::connection& link, nats::subscription& marks) {
  co_await link.publish(nats::subject("mark"), "");
  co_await marks.next();
  for (int turn = 0; turn < 20; ++turn) co_await yield();
}

task<> answer_in_order(nats::connection& link, scripted_server& server) {
  co_await link.wait_connected();
  nats::subscription marks(link, nats::subject_pattern("mark"));
  server.hold_pongs();
  flushing first, second;
  scope waiting;
  waiting.spawn(flush(link, first));
  waiting.spawn(flush(link, second));
  co_await owes(server, 2);
  server.give_pong();
  co_await read_all(link, marks);
  CHECK(first.is_over);
  CHECK_FALSE(second.is_over);
  server.give_pong();
  co_await waiting.join();
  CHECK_FALSE(first.failed.has_value());
  CHECK_FALSE(second.failed.has_value());
}

task<> give_up_one(nats::connection& link, scripted_server& server) {
  co_await link.wait_connected();
  nats::subscription marks(link, nats::subject_pattern("mark"));
  server.hold_pongs();
  flushing given_up, next;
  scope giving_up;
  scope waiting;
  giving_up.spawn(flush(link, given_up));
  co_await owes(server, 1);
  co_await giving_up.close();
  CHECK(given_up.failed->is_cancelled());
  waiting.spawn(flush(link, next));
  co_await owes(server, 2);
  server.give_pong();
  co_await read_all(link, marks);
  CHECK_FALSE(next.is_over);
  server.give_pong();
  co_await waiting.join();
  CHECK_FALSE(next.failed.has_value());
}

task<> lose_the_connection(nats::connection& link, scripted_server& server) {
  co_await link.wait_connected();
  server.hold_pongs();
  flushing lost;
  scope waiting;
  waiting.spawn(flush(link, lost));
  co_await owes(server, 1);
  server.hang_up();
  co_await waiting.join();
  REQUIRE(lost.failed.has_value());
  CHECK(lost.failed->is(errc::unavailable));
  CHECK(lost.failed->disposition() == disposition::retry);
  // The next connection owes nothing of it.
  co_await link.wait_connected();
  scope again;
  flushing next;
  again.spawn(flush(link, next));
  co_await owes(server, 1);
  server.give_pong();
  co_await again.join();
  CHECK_FALSE(next.failed.has_value());
}

task<> stop_at_the_bound(nats::connection& link, scripted_server& server) {
  constexpr int most = nats::detail::ping_line::pings_max;
  co_await link.wait_connected();
  nats::subscription marks(link, nats::subject_pattern("mark"));
  server.hold_pongs();
  std::vector<flushing> all(most + 2);
  scope waiting;
  for (flushing& one : all) waiting.spawn(flush(link, one));
  co_await owes(server, most);
  co_await read_all(link, marks);
  CHECK(server.owed_pongs() == most);
  server.give_pong();
  while (!all.front().is_over) co_await yield();
  co_await owes(server, most);
  for (int left = most + 1; left > 0; --left) {
    while (server.owed_pongs() == 0) co_await yield();
    server.give_pong();
  }
  co_await waiting.join();
  for (const flushing& one : all) CHECK_FALSE(one.failed.has_value());
}

task<> hear_an_unasked_pong(nats::connection& link, scripted_server& server) {
  co_await link.wait_connected();
  nats::subscription marks(link, nats::subject_pattern("mark"));
  server.say("PONG\r\n");
  co_await read_all(link, marks);
  co_await link.flush();
  CHECK(link.statistics().reconnects == 0);
}

servers::nats_server_options deaf_user() {
  return {.configuration = R"(authorization { users: [ {
      user: deaf, password: "secret", permissions: { subscribe: { deny: [">"] } } } ] }
)"};
}

task<> notice_frozen(nats::connection& link, live_server& server, told& heard) {
  co_await link.wait_connected();
  co_await link.flush();
  server->pause();
  const nats::connection_event lost = co_await heard.next(kind::disconnected);
  CHECK(contains(lost.reason, "no sign of life"));
  const std::size_t from = heard.all.size();
  server->resume();
  co_await heard.next(kind::connected, from);
  co_await link.flush();
}

}  // namespace

TEST_SUITE("nats.ping") {
  TEST_CASE("every PONG answers the oldest flush that has none") {
    with_scripted_server("2.9.10", answer_in_order);
  }
  TEST_CASE("the PONG of a flush that was given up does not answer the next one") {
    with_scripted_server("2.9.10", give_up_one);
  }
  TEST_CASE("a flush fails with its connection, and the next connection owes nothing of it") {
    with_scripted_server("2.9.10", lose_the_connection);
  }
  TEST_CASE("flushes beyond the bound wait for their turn to be asked") {
    with_scripted_server("2.9.10", stop_at_the_bound);
  }
  TEST_CASE("a PONG that nobody asked for is ignored") {
    with_scripted_server("2.9.10", hear_an_unasked_pong);
  }
  TEST_CASE("a server that stands still is noticed by a user who may subscribe to nothing") {
    live_server server(deaf_user());
    told heard;
    nats::connection_options options = heard.listen(server.options());
    options.credentials = {.user = "deaf", .password = "secret"};
    options.probe_interval = 20ms;
    options.probe_timeout = 200ms;
    options.connect_timeout = 200ms;
    with_connection(options, [&](auto& link) { return notice_frozen(link, server, heard); });
  }
}
