// SPDX-License-Identifier: Apache-2.0
// A service dies between the confirmation of its events and the deletion of their rows.
#include <doctest/doctest.h>

#include "child.hpp"
#include "effect_tables.hpp"
#include "letters.hpp"
#include "private_servers.hpp"
#include "running_service.hpp"
#include "weir/loop.hpp"
#include "weir/sleep.hpp"
#include "world.hpp"

TEST_SUITE_BEGIN("crash.outbox");

using namespace std::chrono_literals;
using weir::test::child;

namespace {

constexpr std::int64_t event_count = 50;
constexpr auto look_interval = 5ms;

constexpr auto make_table = weir::stmt<"create table letters (id bigint not null)">;
constexpr auto store = weir::stmt<"insert into letters (id) values ($1)">;
// Whoever deletes waits until the number 4711 is free.
constexpr auto hold_deletions = weir::stmt<
    "do $$ begin create function wait_for_leave() returns trigger language plpgsql as "
    "'begin perform pg_advisory_xact_lock_shared(4711); return old; end'; "
    "create trigger held before delete on weir_outbox for each row "
    "execute function wait_for_leave(); end $$">;
constexpr auto take_number =
    weir::stmt<"select count(*) from (select pg_advisory_xact_lock(4711)) as taken">;
constexpr auto count_held = weir::stmt<
    "select count(*) from pg_stat_activity where wait_event = 'advisory' and query like "
    "'%delete%'">;
constexpr auto end_held = weir::stmt<
    "select count(pg_terminate_backend(pid)) from pg_stat_activity "
    "where wait_event = 'advisory' and query like '%delete%'",
    weir::postgres::statement_kind::write>;
constexpr auto leave_event = weir::stmt<
    "insert into weir_outbox (id, key, subject, message_id, body) "
    "values ($1, '', 'letters.answered', $2, $3)">;
constexpr auto count_rows = weir::stmt<"select count(*) from weir_outbox">;

weir::task<> answer(Letter letter, weir::tx& db) {
  co_await db.exec(store, letter.id);
  db.publish(Reply{letter.id});
}

weir::durable policy() { return weir::durable("letters").workers(8).ack_wait(1s); }

/// What the service finds: events of a program before it, or messages of which it makes them.
weir::task<> leave_work(weir::test::world& around, bool as_rows) {
  weir::postgres::pool& database = around.database();
  co_await database.exec(make_table);
  co_await weir::detail::make_effect_tables(database);
  co_await database.exec(hold_deletions);
  weir::nats::stream_config stream;
  stream.name = Letters::name;
  stream.subjects = {"letters.>"};
  co_await around.jetstream().ensure_stream(std::move(stream));
  const weir::nats::subject to(weir::bind<Letter>::subject);
  for (std::int64_t id = 1; id <= event_count; ++id) {
    const std::string message_id = "left:" + std::to_string(id);
    const std::string body =
        as_rows ? weir::json::encode(Reply{id}) : weir::json::encode(Letter{id, ""});
    if (as_rows) {
      co_await database.exec(leave_event, id, message_id, body);
    } else {
      co_await around.jetstream().publish(to, body);
    }
  }
}

weir::task<std::uint64_t> count_answers(weir::test::world& around, bool as_rows) {
  const auto now = co_await around.jetstream().stream_info("LETTERS");
  co_return now.messages - (as_rows ? 0 : static_cast<std::uint64_t>(event_count));
}

/// Stops itself when all is ready, and when all is confirmed and nothing is deleted; then it ends
/// whoever deletes, as the death of the service would where the server learns of it in time.
weir::task<> stage(weir::test::world& around, bool as_rows) {
  co_await leave_work(around, as_rows);
  weir::postgres::transaction holder = co_await around.database().begin();
  co_await holder.one<std::int64_t>(take_number);
  ::raise(SIGSTOP);
  while (co_await count_answers(around, as_rows) < static_cast<std::uint64_t>(event_count)) {
    co_await weir::sleep(look_interval);
  }
  while (co_await around.database().one<std::int64_t>(count_held) == 0) {
    co_await weir::sleep(look_interval);
  }
  ::raise(SIGSTOP);
  co_await around.database().one<std::int64_t>(end_held);
  co_await holder.rollback();
}

weir::task<std::string> look(weir::test::world& around, bool as_rows) {
  const auto rows = co_await around.database().one<std::int64_t>(count_rows);
  const auto answers = co_await count_answers(around, as_rows);
  co_return std::to_string(answers) + " answers, " + std::to_string(rows) + " rows";
}

using world_work = weir::task<std::string> (*)(weir::test::world&, bool);

weir::task<std::string> in_world(const weir::service_settings& servers, world_work work,
                                 bool as_rows) {
  weir::test::world around(servers);
  std::string text;
  std::exception_ptr failure;
  try {
    text = co_await work(around, as_rows);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await around.close();
  if (failure) std::rethrow_exception(failure);
  co_return text;
}

weir::task<std::string> stage_and_look(weir::test::world& around, bool as_rows) {
  co_await stage(around, as_rows);
  co_return co_await look(around, as_rows);
}

std::string run_in_world(const weir::service_settings& servers, world_work work, bool as_rows) {
  weir::loop home;
  return home.run(in_world(servers, work, as_rows));
}

std::string run_service(const weir::service& app, const weir::service_settings& servers) {
  weir::loop home;
  return home.run(weir::detail::run_service(app, servers, weir::detail::run_until::backlog_done));
}

}  // namespace

TEST_CASE("events that a killed service has sent and not deleted are not stored a second time") {
  weir::test::private_servers servers;
  weir::service app("letters-test");
  app.without_statement_check().on<answer>(policy());
  bool as_rows = false;
  SUBCASE("by the relay") { as_rows = true; }
  SUBCASE("from memory") {}

  child around([&] { return run_in_world(servers.both, stage_and_look, as_rows); });
  REQUIRE(around.wait() == child::state::stopped);
  child killed([&] { return run_service(app, servers.both); });
  around.go_on();
  const auto reached = around.wait();
  INFO(around.result());
  REQUIRE(reached == child::state::stopped);
  killed.signal(SIGKILL);
  CHECK(killed.wait() == child::state::died);
  around.go_on();
  REQUIRE(around.wait() == child::state::done);
  CHECK(around.result() == "50 answers, 50 rows");

  child next([&] { return run_service(app, servers.both); });
  const auto ended = next.wait();
  INFO(next.result());
  CHECK(ended == child::state::done);
  child after([&] { return run_in_world(servers.both, look, as_rows); });
  CHECK(after.wait() == child::state::done);
  CHECK(after.result() == "50 answers, 0 rows");
}

TEST_SUITE_END();
