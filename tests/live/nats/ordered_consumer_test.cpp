// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/ordered_consumer.hpp"

#include "connection_core.hpp"
#include "orders.hpp"
#include "weir/blocking.hpp"
#include "weir/event/json.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using nats::ordered_start;

task<nats::ordered_consumer> open(orders& in, nats::ordered_options options = {}) {
  return nats::ordered_consumer::open(in.js, "ORDERS", std::move(options));
}

/// Reads on until sequence `last`, and checks that all come, each once and in order.
task<> read_through(nats::ordered_consumer& reader, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t expected = first; expected <= last; ++expected) {
    const auto one = co_await reader.next();
    REQUIRE(one.has_value());
    REQUIRE(one->sequence() == expected);
    REQUIRE(one->payload() == std::to_string(expected - 1));
  }
}

struct names_answer {
  std::vector<std::string> consumers;
};

/// Deletes all consumers that the stream has.
task<> delete_consumers(orders& in) {
  const nats::message answer =
      co_await in.js.core().requests().ask("$JS.API.CONSUMER.NAMES.ORDERS", "", 5s);
  const auto names = json::decode<names_answer>(answer.payload()).value();
  for (const auto& name : names.consumers) co_await in.js.delete_consumer("ORDERS", name);
}

task<> make_stream(orders& in, int messages) {
  co_await in.js.ensure_stream(orders_stream());
  co_await in.publish(0, messages);
}

task<> read_all(nats::connection& link) {
  orders in(link);
  co_await make_stream(in, 2000);
  auto reader = co_await open(in, {.ahead = 64});
  CHECK(reader.pending_at_start() == 2000);
  co_await read_through(reader, 1, 2000);
  co_await in.publish(2000, 2010);
  co_await read_through(reader, 2001, 2010);
  CHECK(reader.resets() == 0);
  co_await reader.close();
  CHECK_FALSE((co_await reader.next()).has_value());
  const nats::stream_info info = co_await in.js.stream_info("ORDERS");
  CHECK(info.consumers == 0);
}

task<> read_as_stream(nats::connection& link) {
  orders in(link);
  co_await make_stream(in, 3);
  auto reader = co_await open(in);
  {
    auto messages = reader.messages();
    for (int i = 0; i < 3; ++i) CHECK((co_await messages.next())->payload() == std::to_string(i));
    const auto cancelled = co_await error_of(with_timeout(10ms, as_task(messages.next())));
    CHECK(cancelled.has_value());
    co_await in.publish(3, 4);
    CHECK((co_await messages.next())->payload() == "3");
  }
  co_await reader.close();
}

task<> expect_closed(nats::ordered_consumer& reader) {
  const auto end = co_await reader.next().as_result();
  REQUIRE_FALSE(end.has_value());
  CHECK(end.error().is(errc::closed));
}

task<> close_connection(nats::connection& link) {
  orders in(link);
  co_await make_stream(in, 1);
  auto reader = co_await open(in);
  co_await read_through(reader, 1, 1);
  scope waiting;
  waiting.spawn(expect_closed(reader));
  co_await link.close();
  co_await waiting.join();
}

task<> lose_consumer(nats::connection& link) {
  orders in(link);
  co_await make_stream(in, 1000);
  auto reader = co_await open(in, {.ahead = 50});
  co_await read_through(reader, 1, 100);
  co_await delete_consumers(in);
  co_await read_through(reader, 101, 1000);
  CHECK(reader.resets() >= 1);
  const auto before = reader.resets();
  co_await delete_consumers(in);  // while it waits
  co_await in.publish(1000, 1100);
  co_await read_through(reader, 1001, 1100);
  CHECK(reader.resets() > before);
  co_await reader.close();
}

task<> lose_server(nats::connection& link, live_server& server) {
  orders in(link);
  co_await make_stream(in, 3000);
  auto reader = co_await open(in, {.ahead = 50});
  co_await read_through(reader, 1, 500);
  co_await blocking([&server] { server->restart(); });
  co_await read_through(reader, 501, 3000);
  co_await blocking([&server] { server->restart(); });  // while it waits
  co_await in.publish(3000, 3100);
  co_await read_through(reader, 3001, 3100);
  CHECK(reader.resets() >= 2);
  co_await reader.close();
}

task<> miss_heartbeats(nats::connection& link, live_server& server) {
  orders in(link);
  co_await make_stream(in, 10);
  auto reader = co_await open(in, {.expires = 10s, .heartbeat = 50ms});
  co_await read_through(reader, 1, 10);
  server->pause();
  const auto nothing = co_await error_of(with_timeout(1500ms, reader.next()));
  CHECK(nothing.has_value());
  server->resume();
  co_await in.publish(10, 20);
  co_await read_through(reader, 11, 20);
  CHECK(reader.resets() >= 1);
  co_await reader.close();
}

task<> purge_under_it(nats::connection& link) {
  orders in(link);
  co_await make_stream(in, 500);
  auto reader = co_await open(in, {.ahead = 10});
  co_await read_through(reader, 1, 20);
  co_await in.js.purge_stream("ORDERS");
  co_await in.publish(500, 510);
  // What was here already is given; then those that the stream has.
  std::uint64_t last = 20;
  while (last < 510) {
    const auto one = co_await reader.next();
    REQUIRE(one.has_value());
    CHECK(((one->sequence() == last + 1 && last < 40) || one->sequence() > 500));
    if (one->sequence() > 501) CHECK(one->sequence() == last + 1);
    last = one->sequence();
  }
  co_await reader.close();
}

task<> begin_elsewhere(nats::connection& link) {
  orders in(link);
  co_await make_stream(in, 10);
  auto from = co_await open(in, {.start = ordered_start::sequence, .start_sequence = 8});
  co_await read_through(from, 8, 10);
  auto last = co_await open(in, {.start = ordered_start::last});
  co_await read_through(last, 10, 10);
  const nats::stored_message seventh = co_await in.js.get_message("ORDERS", 7);
  auto since = co_await open(in, {.start = ordered_start::time, .start_time = seventh.time});
  const auto first = co_await since.next();
  REQUIRE(first.has_value());
  CHECK(first->sequence() >= 7);
  auto fresh = co_await open(in, {.start = ordered_start::new_messages});
  CHECK(fresh.pending_at_start() == 0);
  // Made again before a message came, it does not begin with what is new then.
  co_await delete_consumers(in);
  co_await in.publish(10, 12);
  co_await read_through(fresh, 11, 12);
  CHECK(fresh.resets() >= 1);
  co_await from.close();
  co_await last.close();
  co_await since.close();
  co_await fresh.close();
}

task<> begin_with_last_ones(nats::connection& link) {
  orders in(link);
  co_await in.js.ensure_stream(orders_stream());
  for (int round = 0; round < 3; ++round) {
    for (int key = 0; key < 4; ++key) {
      const nats::subject to("orders.key" + std::to_string(key));
      co_await in.js.publish(to, std::to_string(round));
    }
  }
  auto reader = co_await open(in, {.start = ordered_start::last_per_subject, .ahead = 2});
  CHECK(reader.pending_at_start() == 4);
  for (std::uint64_t expected = 9; expected <= 10; ++expected)
    CHECK((co_await reader.next())->sequence() == expected);
  co_await delete_consumers(in);
  for (std::uint64_t expected = 11; expected <= 12; ++expected)
    CHECK((co_await reader.next())->sequence() == expected);
  co_await delete_consumers(in);
  co_await in.publish(0, 1);
  CHECK((co_await reader.next())->sequence() == 13);
  co_await reader.close();
}

task<> read_filtered(nats::connection& link) {
  orders in(link);
  co_await in.js.ensure_stream(orders_stream());
  for (int i = 0; i < 5; ++i) {
    co_await in.js.publish(in.created, "a body");
    co_await in.js.publish(nats::subject("orders.paid.eu"), "another");
  }
  nats::ordered_options options;
  options.filter_subjects.emplace_back("orders.paid.*");
  options.headers_only = true;
  auto reader = co_await open(in, options);
  CHECK(reader.pending_at_start() == 5);
  for (std::uint64_t i = 1; i <= 5; ++i) {
    const auto one = co_await reader.next();
    REQUIRE(one.has_value());
    CHECK(one->sequence() == 2 * i);
    CHECK(one->subject() == "orders.paid.eu");
    CHECK(one->payload().empty());
    CHECK(one->header("Nats-Msg-Size") == "7");
    CHECK(one->pending() == 5 - i);
  }
  co_await reader.close();
  options.filter_subjects.emplace_back("orders.created");
  // Several filters came with 2.10, also to the ordered consumer.
  if (link.server().version < nats::server_version{2, 10}) {
    const auto old = co_await error_of(open(in, options));
    REQUIRE(old.has_value());
    CHECK(old->is(errc::unsupported));
    CHECK(contains(old->message(), "2.10"));
    co_return;
  }
  auto both = co_await open(in, options);
  CHECK(both.pending_at_start() == 10);
  for (std::uint64_t i = 1; i <= 10; ++i) {
    const auto one = co_await both.next();
    REQUIRE(one.has_value());
    CHECK(one->sequence() == i);
  }
  co_await both.close();
}

task<> lose_stream(nats::connection& link) {
  orders in(link);
  const auto none = co_await error_of(open(in));
  REQUIRE(none.has_value());
  CHECK(none->is(errc::not_found));
  co_await make_stream(in, 1);
  auto reader = co_await open(in);
  co_await read_through(reader, 1, 1);
  co_await in.js.delete_stream("ORDERS");
  const auto gone = co_await error_of(reader.next());
  REQUIRE(gone.has_value());
  CHECK(gone->is(errc::not_found));
}

}  // namespace

TEST_SUITE("nats.ordered_consumer") {
  TEST_CASE("a reader that waits learns that its connection was closed") {
    live_server server;
    with_connection(server.options(), close_connection);
  }
  TEST_CASE("a stream is read in its order, and on; nothing of it stays at the server") {
    live_server server;
    with_connection(server.options(), read_all);
  }
  TEST_CASE("it is a stream as well, which loses nothing when it is cancelled") {
    live_server server;
    with_connection(server.options(), read_as_stream);
  }
  TEST_CASE("a consumer deleted under it is made again, nothing skipped and nothing twice") {
    live_server server;
    with_connection(server.options(), lose_consumer);
  }
  TEST_CASE("a server that is restarted is waited for, nothing skipped and nothing twice") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return lose_server(link, server); });
  }
  TEST_CASE("a server that stood still is read on from") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return miss_heartbeats(link, server); });
  }
  TEST_CASE("what is purged before it was read is not given, and what comes then is") {
    live_server server;
    with_connection(server.options(), purge_under_it);
  }
  TEST_CASE("it begins where it is told, also when it is made again before the first message") {
    live_server server;
    with_connection(server.options(), begin_elsewhere);
  }
  TEST_CASE("the last messages of all subjects come once, then all that are new") {
    live_server server;
    with_connection(server.options(), begin_with_last_ones);
  }
  TEST_CASE("it reads the subjects that it is told, and headers only") {
    live_server server;
    with_connection(server.options(), read_filtered);
  }
  TEST_CASE("a stream that is not there, or no more, is not found") {
    live_server server;
    with_connection(server.options(), lose_stream);
  }
}
