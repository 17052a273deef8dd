// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include "clean_pool.hpp"
#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using weir::test::check_clean;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;
using weir::test::says;
using weir::test::shared_postgres;

constexpr auto one = stmt<"select 1">;

/// A role that may have one connection, for as long as this lives.
class limited_role {
 public:
  limited_role() {
    run_elsewhere(
        "drop role if exists limited; create role limited login password 'limited' "
        "connection limit 1");
  }
  ~limited_role() { run_elsewhere("drop role limited"); }

  postgres::pool_options options() const {
    postgres::pool_options chosen;
    chosen.conninfo =
        "postgresql://limited:limited@127.0.0.1:" + std::to_string(shared_postgres().port()) +
        "/postgres";
    return chosen;
  }
};

task<> want_two(pool& db) {
  postgres::transaction first = co_await db.begin();
  co_await first.exec(one);
  const auto second = co_await db.exec(one).as_result();
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().is(errc::unavailable));
  CHECK(second.error().disposition() == disposition::retry);
  CHECK(says(second.error().message(), "too many connections for role \"limited\""));
  co_await first.rollback();
  // It is had again by the one connection that there is.
  const auto now = co_await db.one<std::int32_t>(one);
  CHECK(now == 1);
  while (db.stats().connections > 1) co_await yield();
  co_await check_clean(db);
}

task<> check_unavailable(pool& db, std::string_view part) {
  const auto refused = co_await db.exec(one).as_result();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().is(errc::unavailable));
  CHECK(refused.error().disposition() == disposition::retry);
  CHECK_MESSAGE(says(refused.error().message(), part), refused.error().message());
  CHECK(says(db.stats().last_connect_error, part));
  CHECK(db.stats().waiting == 0);
}

postgres::pool_options options_of(servers::postgres_server& server, duration limit) {
  postgres::pool_options options;
  options.conninfo = server.conninfo();
  options.acquire_timeout = limit;
  return options;
}

/// The server ends when its last session does; until then it refuses new ones.
void end_with_last_session(servers::postgres_server& server) {
  REQUIRE(::kill(server.pid(), SIGTERM) == 0);
}

task<> run_one(pool& db, std::int32_t& answer) { answer = co_await db.one<std::int32_t>(one); }

/// A server that ends, while somebody still works: one who has no patience is told why, and one who
/// has is served when it is back.
task<> outlive_shutdown(servers::postgres_server& server) {
  pool inside(options_of(server, 5s));
  pool impatient(options_of(server, 300ms));
  pool patient(options_of(server, 100s));
  postgres::transaction last = co_await inside.begin();
  co_await last.exec(one);
  end_with_last_session(server);
  scope waiting;
  std::int32_t answer = 0;
  // One that connects before the server has noticed has its session ended.
  constexpr std::string_view refusal = "the database system is shutting down";
  while (!says(impatient.stats().last_connect_error, refusal)) {
    (void)co_await impatient.exec(one).as_result();
    if (impatient.stats().connections > 0) {
      (void)co_await impatient.exec(stmt<"select pg_terminate_backend(pg_backend_pid())">)
          .as_result();
    }
  }
  co_await check_unavailable(impatient, refusal);
  waiting.spawn(run_one(patient, answer));
  while (!says(patient.stats().last_connect_error, refusal)) co_await yield();
  CHECK(answer == 0);
  co_await last.rollback();
  co_await inside.close();
  while (server.is_running()) co_await yield();
  server.start();
  co_await waiting.join();
  CHECK(answer == 1);
  CHECK(patient.stats().last_connect_error.empty());
  CHECK(patient.stats().connections == 1);
  co_await impatient.close();
  co_await patient.close();
}

}  // namespace

TEST_SUITE("postgres.refused_connect") {
  TEST_CASE("a server with too many connections is told, and what there is goes on") {
    const limited_role role;
    postgres::pool_options options = role.options();
    options.acquire_timeout = 300ms;
    on_postgres(options, want_two);
  }

  TEST_CASE("a wrong database and a wrong user are told with their names") {
    postgres::pool_options options = options_for("wrong");
    options.acquire_timeout = 300ms;
    postgres::pool_options other = options;
    const std::size_t name = options.conninfo.find("/postgres?");
    REQUIRE(name != std::string::npos);
    options.conninfo.replace(name, 9, "/nowhere");
    on_postgres(options, [](pool& db) {
      return check_unavailable(db, "database \"nowhere\" does not exist");
    });
    other.conninfo.replace(other.conninfo.find("//postgres:"), 10, "//nobody");
    on_postgres(other, [](pool& db) {
      return check_unavailable(db, "password authentication failed for user \"nobody\"");
    });
  }

  TEST_CASE("while a server shuts down it is waited for, until the acquire time-out") {
    weir::test::allow(180s);
    servers::postgres_server server;
    server.start();
    loop here;
    here.run(outlive_shutdown(server));
  }
}
