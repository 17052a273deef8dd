// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/subscription.hpp"

#include "backends.hpp"
#include "told.hpp"
#include "weir/blocking.hpp"
#include "weir/stream_operators.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;
const nats::subject_pattern everything("orders.>");
const nats::subject created("orders.created");

task<> publish(nats::connection& link, int from, int to) {
  for (int i = from; i < to; ++i) co_await link.publish(created, std::to_string(i));
  co_await link.flush();
}

/// The payloads of what waits, "?" where next() throws.
task<std::string> take(nats::subscription& from, std::size_t count) {
  std::string all;
  for (; count > 0; --count) {
    const auto one = co_await from.next().as_result();
    if (!one.has_value()) {
      all += "? ";
    } else if (!one->has_value()) {
      all += "end ";
    } else {
      all += std::string((*one)->payload()) + " ";
    }
  }
  co_return all;
}

task<> match_patterns(nats::connection& link) {
  nats::subscription exact(link, nats::subject_pattern("a.b"));
  nats::subscription one_token(link, nats::subject_pattern("a.*"));
  nats::subscription rest(link, nats::subject_pattern("a.>"));
  const nats::headers with{{"Color", "red"}};
  for (const char* to : {"a.b", "a.c", "a.b.c", "b"}) {
    const nats::subject target(to);
    co_await link.publish(target, to, with);
  }
  co_await link.flush();
  CHECK(exact.waiting_messages() == 1);
  CHECK(one_token.waiting_messages() == 2);
  CHECK(rest.waiting_messages() == 3);
  // The bytes of subject, payload, and the header with its separators.
  CHECK(exact.waiting_bytes() == 3 + 3 + 5 + 3 + 4);
  const auto all = co_await rest.next_batch(10);
  REQUIRE(all.size() == 3);
  CHECK(all[2].subject() == "a.b.c");
  CHECK(all[2].payload() == "a.b.c");
  CHECK(all[2].header("Color") == "red");
  CHECK(rest.waiting_messages() == 0);
  CHECK(rest.waiting_bytes() == 0);
  CHECK((co_await one_token.next_batch(1)).size() == 1);
  CHECK(one_token.waiting_messages() == 1);
}

task<> share_in_a_group(nats::connection& link) {
  constexpr int count = 200;
  nats::subscription whole(link, everything);
  nats::subscription first(link, everything, {.queue_group = "workers"});
  nats::subscription second(link, everything, {.queue_group = "workers"});
  co_await publish(link, 0, count);
  CHECK(whole.waiting_messages() == count);
  CHECK(first.waiting_messages() + second.waiting_messages() == count);
  CHECK(first.waiting_messages() > 0);
  CHECK(second.waiting_messages() > 0);
}

task<> tell_what_is_dropped(nats::connection& link) {
  nats::subscription newest(link, everything, {.max_waiting_messages = 2});
  nats::subscription oldest(
      link, everything,
      {.max_waiting_messages = 2, .overflow = nats::overflow_policy::drop_oldest});
  nats::subscription ending(link, everything,
                            {.max_waiting_messages = 2, .overflow = nats::overflow_policy::end});
  co_await publish(link, 0, 5);
  CHECK(newest.dropped() == 3);
  CHECK((co_await take(newest, 2)) == "0 1 ");
  const auto gap = co_await error_of(newest.next());
  REQUIRE(gap.has_value());
  CHECK(gap->is(errc::limit_exceeded));
  CHECK(gap->disposition() == disposition::retry);
  CHECK(contains(gap->message(), "3 found no room"));
  CHECK(contains(gap->message(), "orders.>"));
  CHECK((co_await take(oldest, 3)) == "? 3 4 ");
  co_await publish(link, 5, 6);
  CHECK((co_await take(newest, 1)) == "5 ");
  CHECK((co_await take(oldest, 1)) == "5 ");
  CHECK(ending.has_ended());
  CHECK((co_await take(ending, 3)) == "0 1 ? ");
  const auto ended = co_await error_of(ending.next());
  REQUIRE(ended.has_value());
  CHECK(ended->disposition() == disposition::permanent);
}

task<> go_on_after_crash(nats::connection& link, live_server& server, told& heard) {
  nats::subscription orders(link, everything);
  co_await publish(link, 0, 2);
  const std::size_t known = heard.all.size();
  co_await blocking([&server] {
    server->kill_hard();
    server->start();
  });
  co_await heard.next(kind::connected, known);
  co_await publish(link, 2, 3);
  CHECK((co_await take(orders, 2)) == "0 1 ");
  const auto gap = co_await error_of(orders.next());
  REQUIRE(gap.has_value());
  CHECK(gap->is(errc::unavailable));
  CHECK(gap->disposition() == disposition::retry);
  CHECK(contains(gap->message(), "connection was lost"));
  CHECK((co_await take(orders, 1)) == "2 ");
}

task<> end_after_a_count(nats::connection& link, live_server& server, told& heard) {
  nats::subscription three(link, everything, {.max_messages = 3});
  co_await publish(link, 0, 2);
  const std::size_t known = heard.all.size();
  co_await blocking([&server] {
    server->kill_hard();
    server->start();
  });
  co_await heard.next(kind::connected, known);
  nats::subscription member(link, everything, {.queue_group = "g", .max_messages = 2});
  nats::subscription other(link, everything, {.queue_group = "g"});
  co_await publish(link, 2, 12);
  CHECK(three.has_ended());
  CHECK((co_await take(three, 5)) == "0 1 ? 2 end ");
  // The server has ended it, so that nothing of the group's went astray.
  CHECK(member.waiting_messages() + other.waiting_messages() == 10);
  CHECK(member.waiting_messages() <= 2);
}

task<> publish_until(nats::connection& link, const bool& enough) {
  while (!enough) co_await publish(link, 0, 50);
}

/// A member joins the group, takes one message and leaves; gives how many it has got.
task<std::size_t> join_and_leave(nats::connection& link) {
  nats::subscription member(link, everything, {.queue_group = "g"});
  co_await member.next();
  co_await member.drain();
  CHECK(member.has_ended());
  co_return 1 + member.waiting_messages();
}

task<> leave_often(nats::connection& link, scope& children, nats::connection& publishing) {
  nats::subscription whole(link, everything, {.max_waiting_messages = 1'000'000});
  nats::subscription stays(link, everything,
                           {.queue_group = "g", .max_waiting_messages = 1'000'000});
  co_await link.wait_connected();
  co_await link.flush();
  bool enough = false;
  co_await publishing.wait_connected();
  children.spawn(publish_until(publishing, enough));
  std::size_t taken = 0;
  for (int round = 0; round < 20; ++round) taken += co_await join_and_leave(link);
  enough = true;
  co_await children.join();
  co_await publishing.flush();
  co_await link.flush();
  // Every message of the group was here or there, whenever a member left.
  CHECK(taken > 20);
  CHECK(taken + stays.waiting_messages() == whole.waiting_messages());
}

task<> drain_one_of_a_group(nats::connection& link, const nats::connection_options& options) {
  nats::connection publishing(options);
  const auto done = co_await with_scope([&](scope& children) {
                      return leave_often(link, children, publishing);
                    }).as_result();
  co_await publishing.close();
  done.value();
}

task<> hold(nats::subscription& from, std::string& got) { got = co_await take(from, 1); }

task<> end_while_awaited(nats::connection& link) {
  co_await link.wait_connected();
  std::string got[3];
  scope waiting;
  {
    nats::subscription destroyed(link, everything);
    nats::subscription unsubscribed(link, everything);
    nats::subscription drained(link, everything);
    waiting.spawn(hold(destroyed, got[0]));
    waiting.spawn(hold(unsubscribed, got[1]));
    waiting.spawn(hold(drained, got[2]));
    co_await link.flush();
    unsubscribed.unsubscribe();
    co_await drained.drain();
  }
  co_await waiting.join();
  for (const std::string& one : got) CHECK(one == "end ");
}

task<> cancel_and_go_on(nats::connection& link) {
  nats::subscription orders(link, everything);
  const auto cancelled = co_await error_of(with_timeout(0ms, orders.next()));
  REQUIRE(cancelled.has_value());
  CHECK(cancelled->is(errc::deadline_exceeded));
  std::string got[2];
  scope waiting;
  for (auto& one : got) waiting.spawn(hold(orders, one));
  co_await publish(link, 0, 2);
  co_await waiting.join();
  CHECK(got[0] == "0 ");  // first come, first served
  CHECK(got[1] == "1 ");
}

task<> read_as_stream(nats::connection& link) {
  nats::subscription orders(link, everything, {.max_messages = 3});
  stream<nats::message> all = std::move(orders).messages();
  co_await publish(link, 0, 5);
  std::string got;
  while (auto one = co_await all.next()) got += one->payload();
  CHECK(got == "012");
}

task<> close_under_it(nats::connection& link) {
  nats::subscription orders(link, everything);
  co_await publish(link, 0, 1);
  co_await link.close();
  CHECK((co_await take(orders, 1)) == "0 ");
  const auto closed = co_await error_of(orders.next());
  REQUIRE(closed.has_value());
  CHECK(closed->is(errc::closed));
  stream<nats::message> rest = std::move(orders).messages();
  CHECK((co_await error_of(as_task(rest.next()))).has_value());
  CHECK_FALSE((co_await rest.next()).has_value());
  CHECK(contains(message_of([&] { nats::subscription late(link, everything); }), "closed"));
}

}  // namespace

TEST_SUITE("nats.subscription") {
  TEST_CASE("a subscription gets what its pattern covers, with headers, in bytes and in order") {
    on_every_server(match_patterns);
  }
  TEST_CASE("each message goes to one member of a queue group") {
    on_every_server(share_in_a_group);
  }
  TEST_CASE("what a slow reader misses is counted and told, as its policy says") {
    on_every_server(tell_what_is_dropped);
  }
  TEST_CASE("a subscription goes on after the server was killed, and tells that it was") {
    live_server server;
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return go_on_after_crash(link, server, heard); });
  }
  TEST_CASE("the server ends a subscription after its count, over a reconnect as well") {
    live_server server;
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return end_after_a_count(link, server, heard); });
  }
  TEST_CASE("a member that drains loses nothing of its group's") {
    live_server server;
    const nats::connection_options options = server.options();
    with_connection(options, [&](auto& link) { return drain_one_of_a_group(link, options); });
  }
  TEST_CASE("a subscription may end, or be destroyed, while it is waited for") {
    on_every_server(end_while_awaited);
  }
  TEST_CASE("a wait that is cancelled has taken nothing, and waiters are served in turn") {
    live_server server;
    with_connection(server.options(), cancel_and_go_on);
  }
  TEST_CASE("a subscription is a stream, which ends with it") { on_every_server(read_as_stream); }
  TEST_CASE("a closed connection gives what waits, and then says so") {
    on_every_server(close_under_it);
  }
  TEST_CASE("options that cannot be used are refused, with the reason") {
    live_server server;
    with_connection(server.options(), [](nats::connection& link) -> task<> {
      const auto refused = [&](nats::subscription_options options) {
        return message_of([&] { nats::subscription wrong(link, everything, options); });
      };
      CHECK(contains(refused({.queue_group = "a b"}), "queue group"));
      CHECK(contains(refused({.max_waiting_messages = 0}), "above 0"));
      CHECK(contains(refused({.max_waiting_bytes = 0}), "above 0"));
      CHECK(contains(refused({.max_messages = 1'000'000'000}), "999999999"));
      co_return;
    });
  }
}
