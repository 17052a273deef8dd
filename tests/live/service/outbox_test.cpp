// SPDX-License-Identifier: Apache-2.0
// An outbox for programs that are no handlers.
#include <doctest/doctest.h>

#include <stdexcept>

#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/nats/connection.hpp"
#include "weir/service/outbox.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("service.outbox");

using namespace std::chrono_literals;

namespace {

constexpr auto make_table = weir::stmt<"create table letters (id bigint primary key)">;
constexpr auto store = weir::stmt<"insert into letters (id) values ($1)">;
constexpr auto count_stored = weir::stmt<"select count(*) from letters">;
constexpr auto count_unsent = weir::stmt<"select count(*) from weir_outbox">;

/// A program with a database and a connection; closed in any case.
struct program {
  weir::servers::nats_server nats;
  weir::servers::postgres_server postgres;

  using story = weir::task<> (*)(program&, weir::postgres::pool&, weir::nats::connection&);

  void play(story tell) {
    nats.start();
    postgres.start();
    weir::loop home;
    home.run(run(tell));
  }

  weir::task<> run(story tell) {
    weir::nats::connection_options to_nats;
    to_nats.url = nats.url();
    weir::nats::connection link(to_nats);
    weir::postgres::pool_options to_database;
    to_database.conninfo = postgres.conninfo();
    weir::postgres::pool database(to_database);
    std::exception_ptr failure;
    try {
      co_await database.exec(make_table);
      weir::nats::stream_config stream;
      stream.name = Letters::name;
      stream.subjects = {"letters.>"};
      co_await weir::nats::jetstream(link).ensure_stream(stream);
      co_await tell(*this, database, link);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await database.close();
    co_await link.close();
    if (failure) std::rethrow_exception(failure);
  }
};

weir::task<> until_sent(weir::postgres::pool& database, weir::nats::connection& link,
                        std::uint64_t events) {
  for (;;) {
    const auto left = co_await database.one<std::int64_t>(count_unsent);
    const auto letters =
        co_await weir::nats::jetstream(link).stream_info(std::string(Letters::name)).as_result();
    if (left == 0 && letters && letters->messages == events) co_return;
    co_await weir::sleep(5ms);
  }
}

weir::task<> store_and_fail(program&, weir::postgres::pool& database,
                            weir::nats::connection& link) {
  weir::outbox outbox(database, link);
  co_await outbox.open();
  const std::int64_t stored =
      co_await outbox.transaction([](weir::tx& db) -> weir::task<std::int64_t> {
        co_await db.exec(store, std::int64_t{1});
        db.publish(Reply{1});
        db.publish(Reply{2});
        co_return 7;
      });
  CHECK(stored == 7);
  const auto refused = co_await outbox
                           .transaction([](weir::tx& db) -> weir::task<> {
                             db.publish(Reply{3});
                             co_await db.exec(store, std::int64_t{1});
                           })
                           .as_result();
  CHECK(refused.error().disposition() == weir::disposition::permanent);
  co_await weir::with_timeout(20s, until_sent(database, link, 2));
  co_await outbox.close();
  const auto rows = co_await database.one<std::int64_t>(count_stored);
  CHECK(rows == 1);
}

weir::task<> store_without_nats(program& on, weir::postgres::pool& database,
                                weir::nats::connection& link) {
  weir::outbox outbox(database, link);
  co_await outbox.open();
  on.nats.kill_hard();
  for (std::int64_t id = 1; id <= 20; ++id) {
    co_await outbox.transaction([id](weir::tx& db) -> weir::task<> {
      co_await db.exec(store, id);
      db.publish(Reply{id});
    });
  }
  co_await outbox.close(100ms);
  const auto unsent = co_await database.one<std::int64_t>(count_unsent);
  CHECK(unsent == 20);

  on.nats.start();
  weir::outbox next(database, link);
  co_await link.wait_connected();
  co_await next.open();
  co_await weir::with_timeout(20s, until_sent(database, link, 20));
  co_await next.close();
  weir::nats::jetstream jetstream(link);
  for (std::int64_t id = 1; id <= 20; ++id) {
    const auto event =
        co_await jetstream.get_message(std::string(Letters::name), static_cast<std::uint64_t>(id));
    CHECK(weir::json::decode<Reply>(event.payload).value().id == id);
  }
}

/// Two messages of the key "narrow", whose first one a full stream refuses, one of another.
constexpr auto leave_rows = weir::stmt<
    "insert into weir_outbox (id, key, subject, message_id, body, created_at) values "
    "(1, 'narrow', 'full.one', 'a:0', '{\"id\":1}', now() - interval '1 hour'), "
    "(2, 'narrow', 'letters.answered', 'b:0', '{\"id\":2}', now() - interval '1 hour'), "
    "(3, 'wide', 'letters.answered', 'c:0', '{\"id\":3}', now() - interval '1 hour')">;

weir::task<> hold_back_a_key(program&, weir::postgres::pool& database,
                             weir::nats::connection& link) {
  weir::nats::jetstream jetstream(link);
  weir::nats::stream_config narrow;
  narrow.name = "NARROW";
  narrow.subjects = {"full.>"};
  narrow.max_messages = 1;
  narrow.discard = weir::nats::discard_policy::new_messages;
  co_await jetstream.ensure_stream(narrow);
  co_await jetstream.publish(weir::nats::subject("full.up"), "in the way");
  weir::outbox outbox(database, link);
  co_await outbox.open();
  co_await database.exec(leave_rows);
  // All that can be sent; the others were tried in the same sweep.
  while (co_await database.one<std::int64_t>(count_unsent) > 2) co_await weir::sleep(5ms);
  const auto before = co_await jetstream.stream_info(std::string(Letters::name));
  CHECK(before.messages == 1);

  co_await jetstream.purge_stream("NARROW");
  co_await weir::with_timeout(20s, until_sent(database, link, 2));
  const auto last = co_await jetstream.get_message(std::string(Letters::name), 2);
  CHECK(weir::json::decode<Reply>(last.payload).value().id == 2);
  const auto first = co_await jetstream.stream_info("NARROW");
  CHECK(first.messages == 1);
  co_await outbox.close();
}

}  // namespace

TEST_CASE("what is committed is published, what is rolled back is not") {
  program().play(store_and_fail);
}

TEST_CASE("what is stored while nats-server is away is published when it is back, in its order") {
  weir::test::allow(120s);
  program().play(store_without_nats);
}

TEST_CASE("what a stream does not take for now holds back its key, and no other") {
  weir::test::allow(120s);
  program().play(hold_back_a_key);
}

TEST_SUITE_END();
