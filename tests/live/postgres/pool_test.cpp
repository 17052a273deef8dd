// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/pool.hpp"

#include "fixture.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using weir::test::on_postgres;
using weir::test::options_for;

task<> note_turn(pool& db, int number, std::vector<int>& turns) {
  postgres::transaction work = co_await db.begin();
  turns.push_back(number);
  co_await work.rollback();
}

task<> wait_for_turn(pool& db) {
  postgres::transaction work = co_await db.begin();
  co_await work.rollback();
}

/// A task is cancelled while it waits for the connection, which comes back before it runs.
task<> cancel_and_give_back(pool& db) {
  scope waiting;
  postgres::transaction holder = co_await db.begin();
  waiting.spawn(wait_for_turn(db));
  while (db.stats().waiting < 1) co_await yield();
  waiting.request_stop();
  // Nothing was sent on it: this suspends nowhere.
  co_await holder.rollback();
  co_await waiting.close();
}

postgres::pool_options unreachable() {
  postgres::pool_options options;
  // Port 1 of this machine: nobody listens, and the kernel says so at once.
  options.conninfo = "postgresql://postgres:secret@127.0.0.1:1/postgres";
  options.acquire_timeout = 300ms;
  return options;
}

}  // namespace

TEST_SUITE("postgres.pool") {
  TEST_CASE("tasks get a connection in the order in which they came") {
    postgres::pool_options options = options_for("turns");
    options.max_connections = 1;
    on_postgres(options, [](pool& db) -> task<> {
      std::vector<int> turns;
      const auto body = [&db, &turns](scope& children) -> task<> {
        struct steps {
          static task<> run(scope& children, pool& db, std::vector<int>& turns) {
            postgres::transaction first = co_await db.begin();
            for (int i = 0; i < 20; ++i) children.spawn(note_turn(db, i, turns));
            while (db.stats().waiting < 20) co_await yield();
            co_await first.rollback();
            co_await children.join();
          }
        };
        return steps::run(children, db, turns);
      };
      co_await with_scope(body);
      std::vector<int> expected;
      for (int i = 0; i < 20; ++i) expected.push_back(i);
      CHECK(turns == expected);
      CHECK(db.stats().connections == 1);
    });
  }

  TEST_CASE("who is cancelled as a connection comes back takes it from nobody else") {
    postgres::pool_options options = options_for("cancelled_wait");
    options.max_connections = 1;
    on_postgres(options, [](pool& db) -> task<> {
      for (int round = 0; round < 3; ++round) {
        co_await cancel_and_give_back(db);
        CHECK(db.stats().waiting == 0);
        CHECK(db.stats().idle == 1);
        // Others still wait their turn, and get it.
        postgres::transaction holder = co_await db.begin();
        scope waiting;
        waiting.spawn(wait_for_turn(db));
        while (db.stats().waiting < 1) co_await yield();
        co_await holder.rollback();
        co_await waiting.join();
      }
      CHECK(db.stats().connections == 1);
    });
  }

  TEST_CASE("connections are opened up to the bound and no further") {
    postgres::pool_options options = options_for("bound");
    options.max_connections = 3;
    options.acquire_timeout = 200ms;
    on_postgres(options, [](pool& db) -> task<> {
      postgres::transaction one = co_await db.begin();
      postgres::transaction two = co_await db.begin();
      postgres::transaction three = co_await db.begin();
      const auto four = co_await db.exec(stmt<"select 1">).as_result();
      REQUIRE_FALSE(four.has_value());
      CHECK(four.error().is(errc::unavailable));
      CHECK(four.error().disposition() == disposition::retry);
      CHECK(four.error().message().find("3 of 3 are in use") != std::string::npos);
      CHECK(db.stats().connections == 3);
      co_await one.rollback();
      const auto now = co_await db.exec(stmt<"select 1">).as_result();
      CHECK(now.has_value());
      co_await two.rollback();
      co_await three.rollback();
    });
  }

  TEST_CASE("an acquire time-out carries the last error of connecting, without the password") {
    on_postgres(unreachable(), [](pool& db) -> task<> {
      const auto refused = co_await db.exec(stmt<"select 1">).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::unavailable));
      const std::string& text = refused.error().message();
      CHECK(text.find("127.0.0.1 port 1") != std::string::npos);
      CHECK(text.find("refused") != std::string::npos);
      CHECK(text.find("secret") == std::string::npos);
      CHECK(db.stats().last_connect_error.find("refused") != std::string::npos);
    });
  }

  TEST_CASE("a wrong password is told as such") {
    postgres::pool_options options = options_for("password");
    const std::size_t at = options.conninfo.find('@');
    options.conninfo.insert(at, "wrong");
    options.acquire_timeout = 500ms;
    on_postgres(options, [](pool& db) -> task<> {
      const auto refused = co_await db.exec(stmt<"select 1">).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().message().find("password authentication failed") != std::string::npos);
    });
  }

  TEST_CASE("a closed pool refuses work, and its waiting tasks are told") {
    postgres::pool_options options = options_for("closed");
    options.max_connections = 1;
    loop here;
    const auto main = [](postgres::pool_options chosen) -> task<> {
      pool db(std::move(chosen));
      co_await db.exec(stmt<"select 1">);
      co_await db.close();
      const auto refused = co_await db.exec(stmt<"select 1">).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::closed));
      CHECK(db.stats().connections == 0);
    };
    here.run(main(options));
  }

  TEST_CASE("an idle connection that the server closed is replaced without an error") {
    on_postgres(options_for("idle"), [](pool& db) -> task<> {
      const auto backend = co_await db.one<std::int32_t>(stmt<"select pg_backend_pid()">);
      weir::test::run_elsewhere("select pg_terminate_backend(" + std::to_string(backend) +
                                ", 10000)");
      const auto other = co_await db.one<std::int32_t>(stmt<"select pg_backend_pid()">);
      CHECK(other != backend);
      CHECK(db.stats().connections == 1);
    });
  }

  TEST_CASE("the server's notices go to the sink") {
    postgres::pool_options options = options_for("notices");
    std::vector<std::string> heard;
    options.on_notice = [&heard](std::string_view severity, std::string_view message) {
      heard.push_back(std::string(severity) + ": " + std::string(message));
    };
    on_postgres(options, [](pool& db) -> task<> {
      return weir::test::discard_value(
          db.exec(stmt<"do $$ begin raise warning 'careful'; end $$">));
    });
    CHECK(heard == std::vector<std::string>{"WARNING: careful"});
  }
}
