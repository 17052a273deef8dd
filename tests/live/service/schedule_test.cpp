// SPDX-License-Identifier: Apache-2.0
// Scheduled handlers: each tick once, whoever runs, whatever fails.
#include <doctest/doctest.h>

#include <csignal>
#include <stdexcept>

#include "fixture.hpp"
#include "running_service.hpp"
#include "watchdog.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("service.schedule");

using namespace std::chrono_literals;

namespace {

constexpr auto make_tables = weir::stmt<
    "do $$ begin create table ticks (due timestamptz primary key); "
    "create table weir_schedules (name text primary key, last timestamptz not null); end $$">;
// The last tick is an hour ago, as after a night without any program.
constexpr auto pretend_past =
    weir::stmt<"insert into weir_schedules values ('every-second', now() - interval '1 hour')">;
constexpr auto store = weir::stmt<"insert into ticks (due) values ($1)">;
constexpr auto count_ticks = weir::stmt<"select count(*) from ticks">;
constexpr auto read_gap =
    weir::stmt<"select count(*) from ticks where extract(microseconds from due) % 1000000 <> 0">;

int failures = 0;

weir::task<> note_tick(weir::tx& db, const weir::tick& now) {
  co_await db.exec(store, now.due);
  // The first time it is taken back with everything.
  if (failures++ == 0) throw std::runtime_error("not the first time");
  db.publish(Reply{1});
}

weir::task<> run_service(const weir::service& which, const weir::service_settings& settings) {
  co_await weir::detail::run_service(which, settings);
}

weir::task<> until_ticked(weir::postgres::pool& database, std::int64_t wanted) {
  while (co_await database.one<std::int64_t>(count_ticks) < wanted) co_await weir::sleep(10ms);
}

/// Two programs with the same schedule; three ticks and one of the past.
weir::task<> run_two(const weir::service& which, const weir::service_settings& settings) {
  weir::nats::connection_options to_nats;
  to_nats.url = settings.nats.url;
  weir::nats::connection link(to_nats);
  weir::postgres::pool_options to_database;
  to_database.conninfo = settings.postgres.url;
  weir::postgres::pool database(to_database);
  weir::nats::jetstream jetstream(link);
  weir::nats::stream_config stream;
  stream.name = Letters::name;
  stream.subjects = {"letters.>"};
  co_await jetstream.ensure_stream(stream);
  co_await database.exec(make_tables);
  co_await database.exec(pretend_past);
  weir::scope running;
  running.spawn(run_service(which, settings));
  running.spawn(run_service(which, settings));
  co_await weir::with_timeout(40s, until_ticked(database, 4));
  // One of them reads the signal; the other one gets the next.
  while (running.size() > 0) {
    const auto alive = running.size();
    pthread_kill(pthread_self(), SIGTERM);
    while (running.size() == alive) co_await weir::sleep(5ms);
  }
  co_await running.join();
  const auto ticks = co_await database.one<std::int64_t>(count_ticks);
  const auto published = co_await jetstream.stream_info(std::string(Letters::name));
  CHECK(published.messages == static_cast<std::uint64_t>(ticks));
  CHECK(ticks < 60);  // Of the hour that was missed one tick is made up for.
  const auto uneven = co_await database.one<std::int64_t>(read_gap);
  CHECK(uneven == 0);
  co_await database.close();
  co_await link.close();
}

}  // namespace

TEST_CASE("each tick is handled once although two programs run and the first attempt fails") {
  weir::test::allow(120s);
  failures = 0;
  weir::servers::nats_server nats;
  weir::servers::postgres_server postgres;
  nats.start();
  postgres.start();
  const weir::service_settings settings{.nats = {.url = nats.url()},
                                        .postgres = {.url = postgres.conninfo(), .connections = 4}};
  weir::service service("ticking");
  service.without_statement_check().scheduled<note_tick>(weir::schedule("every-second").every(1s));
  weir::loop home;

  home.run(run_two(service, settings));

  CHECK(failures > 4);
}

TEST_CASE("a schedule that cannot be is refused before anything starts") {
  weir::service service("ticking");
  CHECK_THROWS_WITH_AS(service.scheduled<note_tick>(weir::schedule("never")),
                       doctest::Contains("say when"), weir::error);
  CHECK_THROWS_AS(weir::schedule("x").every(999ms), weir::error);
  service.scheduled<note_tick>(weir::schedule("one").every(1s));
  CHECK_THROWS_WITH_AS(service.scheduled<note_tick>(weir::schedule("one").every(2s)),
                       doctest::Contains("two handlers have the schedule 'one'"), weir::error);
}

TEST_SUITE_END();
