// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include "fixture.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using postgres::statement_kind;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;

constexpr auto backend_pid = stmt<"select pg_backend_pid()", statement_kind::write, "backend_pid">;
constexpr auto divide = stmt<"select 1 / $1::int", statement_kind::write, "divide">;

task<> hold_together(pool& db, std::size_t count) {
  std::vector<postgres::transaction> held;
  for (std::size_t at = 0; at < count; ++at) held.push_back(co_await db.begin());
  for (auto& one : held) co_await one.rollback();
}

}  // namespace

TEST_SUITE("postgres.pool_upkeep") {
  TEST_CASE("the smallest number of connections is opened ahead of need, and again") {
    postgres::pool_options options = options_for("ahead");
    options.min_connections = 3;
    on_postgres(options, [](pool& db) -> task<> {
      const auto backend = co_await db.one<std::int32_t>(backend_pid);
      while (db.stats().idle < 3) co_await yield();
      run_elsewhere("select pg_terminate_backend(" + std::to_string(backend) + ", 10000)");
      std::size_t fewest = 3;
      // Noticed while nobody uses it.
      while (fewest == 3) {
        fewest = db.stats().idle;
        co_await yield();
      }
      while (db.stats().idle < 3) co_await yield();
      CHECK(db.stats().connections == 3);
    });
  }

  TEST_CASE("connections that nobody needs are closed, down to the smallest number") {
    postgres::pool_options options = options_for("idle");
    options.min_connections = 1;
    options.idle_limit = 10ms;
    on_postgres(options, [](pool& db) -> task<> {
      co_await hold_together(db, 4);
      CHECK(db.stats().connections == 4);
      while (db.stats().connections > 1) co_await yield();
      CHECK(db.stats().idle == 1);
    });
  }

  TEST_CASE("a connection past its lifetime is replaced when it comes back") {
    postgres::pool_options options = options_for("aged");
    options.lifetime = 1ns;
    on_postgres(options, [](pool& db) -> task<> {
      const auto first = co_await db.one<std::int32_t>(backend_pid);
      const auto second = co_await db.one<std::int32_t>(backend_pid);
      CHECK(first != second);
    });
  }

  TEST_CASE("the last connection in use is the next one: others may rest") {
    on_postgres(options_for("last_first"), [](pool& db) -> task<> {
      co_await hold_together(db, 3);
      const auto first = co_await db.one<std::int32_t>(backend_pid);
      for (int round = 0; round < 5; ++round) {
        const auto next = co_await db.one<std::int32_t>(backend_pid);
        CHECK(next == first);
      }
    });
  }

  TEST_CASE("the password is asked for at each connection") {
    postgres::pool_options options = options_for("password_of");
    const std::size_t from = options.conninfo.find("postgres:") + 9;
    const std::size_t to = options.conninfo.find('@');
    const std::string right = options.conninfo.substr(from, to - from);
    options.conninfo.erase(from - 1, to - from + 1);
    auto asked = std::make_shared<std::atomic<int>>(0);
    options.password = [asked, right] { return ++*asked == 1 ? "expired" : right; };
    options.lifetime = 1ns;
    on_postgres(options, [asked](pool& db) -> task<> {
      const auto first = co_await db.one<std::int32_t>(backend_pid);
      CHECK(*asked == 2);
      const auto second = co_await db.one<std::int32_t>(backend_pid);
      CHECK(first != second);
      CHECK(*asked == 3);
    });
  }

  TEST_CASE("a transaction that is dropped in the middle costs no connection") {
    postgres::pool_options options = options_for("dropped");
    options.max_connections = 1;
    on_postgres(options, [](pool& db) -> task<> {
      co_await db.exec(stmt<"create table items (id bigint)">);
      const auto before = co_await db.one<std::int32_t>(backend_pid);
      {
        postgres::transaction work = co_await db.begin();
        co_await work.exec(stmt<"insert into items values (1)">);
        work.enqueue(stmt<"insert into items values (2)">);
      }
      const auto after = co_await db.one<std::int32_t>(backend_pid);
      CHECK(before == after);
      const auto stored = co_await db.one<std::int64_t>(stmt<"select count(*) from items">);
      CHECK(stored == 0);
    });
  }

  TEST_CASE("hooks are told of statements by name, of waits and of connecting") {
    postgres::pool_options options = options_for("hooked");
    std::vector<std::string> told;
    options.hooks.on_statement = [&](const postgres::statement_report& one) {
      CHECK(one.took >= duration::zero());
      if (!one.name.empty()) {
        told.push_back(std::string(one.name) + " " + std::to_string(one.rows) + " " +
                       std::string(one.sqlstate));
      }
    };
    int acquired = 0;
    options.hooks.on_acquire = [&](const postgres::acquire_report& one) {
      if (one.is_acquired) ++acquired;
    };
    int connected = 0;
    options.hooks.on_connect = [&](const postgres::connect_report& one) {
      if (one.error.empty()) ++connected;
    };
    on_postgres(options, [](pool& db) -> task<> {
      co_await db.exec(backend_pid);
      const postgres::error refused = co_await error_of(db.exec(divide, 0));
      CHECK(refused.statement_name() == "divide");
    });
    CHECK(told == std::vector<std::string>{"backend_pid 1 ", "divide 0 22012"});
    CHECK(acquired == 2);
    CHECK(connected == 1);
  }
}
