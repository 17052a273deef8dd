// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
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

constexpr auto make_items = stmt<"create table items (id bigint primary key, name text)">;
constexpr auto fill_items =
    stmt<"insert into items select n, 'item ' || n from generate_series(1, 1000) n">;
constexpr auto name_of = stmt<"select name from items where id = $1", statement_kind::read>;
constexpr auto backend_pid = stmt<"select pg_backend_pid()", statement_kind::read>;
constexpr auto divide = stmt<"select (100 / $1)::bigint", statement_kind::read>;
constexpr auto take_lock = stmt<"select pg_advisory_xact_lock(7)">;
constexpr auto wait_for_lock = stmt<"select pg_advisory_xact_lock(7)::text", statement_kind::read>;
constexpr auto lock_is_awaited =
    "select exists (select from pg_locks where locktype = 'advisory' and not granted)";

/// Suspends until a statement waits, in the server, for the lock.
task<> until_lock_is_awaited() {
  while (run_elsewhere(lock_is_awaited) != "t") co_await yield();
}

task<> note_lock(pool& db, bool& has_answer) {
  co_await db.one<std::string>(wait_for_lock);
  has_answer = true;
}

task<> check_name(pool& db, std::int64_t id, std::size_t& right) {
  const auto name = co_await db.one<std::string>(name_of, id);
  if (name == "item " + std::to_string(id)) ++right;
}

task<> note_backend(pool& db, std::vector<std::int32_t>& backends) {
  const auto backend = co_await db.one<std::int32_t>(backend_pid);
  backends.push_back(backend);
}

task<> check_division(pool& db, std::int64_t by, std::size_t& right) {
  if (by == 0) {
    const postgres::error refused = co_await error_of(db.one<std::int64_t>(divide, by));
    if (refused.sqlstate() == "22012") ++right;
  } else {
    const auto quotient = co_await db.one<std::int64_t>(divide, by);
    if (quotient == 100 / by) ++right;
  }
}

/// A pool of one connection: whatever runs at the same time shares it.
postgres::pool_options one_connection(const std::string& schema) {
  postgres::pool_options options = options_for(schema);
  options.max_connections = 1;
  return options;
}

task<> storm(pool& db, bool& is_over, std::size_t& reads) {
  while (!is_over) {
    co_await db.one<std::int32_t>(backend_pid);
    ++reads;
  }
}

task<> keep_error(pool& db, std::optional<postgres::error>& failure) {
  constexpr auto end_session =
      stmt<"select pg_terminate_backend(pg_backend_pid())::text", statement_kind::read>;
  failure = co_await error_of(db.one<std::string>(end_session));
}

/// Reads until the pool refuses to.
task<> read_until_refused(pool& db, std::size_t& reads, std::optional<weir::error>& refused) {
  while (!refused) {
    const auto got = co_await db.one<std::int32_t>(backend_pid).as_result();
    if (!got) refused = got.error();
    ++reads;
  }
}

}  // namespace

TEST_SUITE("postgres.shared_reads") {
  TEST_CASE("a thousand reads at once share one connection, and each gets its own answer") {
    on_postgres(one_connection("shared"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      co_await db.exec(fill_items);
      std::size_t right = 0;
      scope readers;
      for (std::int64_t id = 1; id <= 1000; ++id) readers.spawn(check_name(db, id, right));
      co_await readers.join();
      CHECK(right == 1000);
      CHECK(db.stats().connections == 1);
      // On a machine under load a read may pass for slow, and its line ends after it.
      while (db.stats().idle == 0) co_await sleep(std::chrono::milliseconds(1));
      CHECK(db.stats().idle == 1);
    });
  }

  TEST_CASE("reads share a connection though the pool may have more") {
    on_postgres(options_for("one_line"), [](pool& db) -> task<> {
      std::vector<std::int32_t> backends;
      scope readers;
      for (int i = 0; i < 100; ++i) readers.spawn(note_backend(db, backends));
      co_await readers.join();
      REQUIRE(backends.size() == 100);
      CHECK(std::count(backends.begin(), backends.end(), backends.front()) == 100);
    });
  }

  TEST_CASE("a read that the server refuses fails alone: its neighbours are sent again") {
    on_postgres(one_connection("neighbours"), [](pool& db) -> task<> {
      std::size_t right = 0;
      scope readers;
      for (std::int64_t by = 0; by < 50; ++by) readers.spawn(check_division(db, by % 5, right));
      co_await readers.join();
      CHECK(right == 50);
    });
  }

  TEST_CASE("a read that the server cannot prepare fails alone") {
    on_postgres(one_connection("unprepared"), [](pool& db) -> task<> {
      constexpr auto nonsense = stmt<"selekt 1", statement_kind::read>;
      std::size_t right = 0;
      scope readers;
      for (std::int64_t by = 1; by < 4; ++by) readers.spawn(check_division(db, by, right));
      const postgres::error refused = co_await error_of(db.one<std::int32_t>(nonsense));
      CHECK(refused.sqlstate() == "42601");
      co_await readers.join();
      CHECK(right == 3);
    });
  }

  TEST_CASE("a slow read holds up no other: they take another connection") {
    on_postgres(options_for("slow"), [](pool& db) -> task<> {
      postgres::transaction holder = co_await db.begin();
      co_await holder.exec(take_lock);
      scope slow;
      slow.spawn(weir::test::discard_value(db.one<std::string>(wait_for_lock)));
      co_await until_lock_is_awaited();
      // The first is sent behind it, before anybody knows that it is slow.
      for (int i = 0; i < 10; ++i) {
        const auto quotient = co_await db.one<std::int64_t>(divide, std::int64_t{10});
        CHECK(quotient == 10);
      }
      CHECK(db.stats().connections == 3);
      co_await holder.rollback();
      co_await slow.join();
    });
  }

  TEST_CASE("a cancelled read cancels no neighbour") {
    on_postgres(one_connection("cancelled_reads"), [](pool& db) -> task<> {
      run_elsewhere("create table cancelled_reads.items (id bigint primary key, name text)");
      run_elsewhere("insert into cancelled_reads.items values (1, 'item 1')");
      std::size_t right = 0;
      for (int round = 0; round < 50; ++round) {
        scope cancelled;
        scope kept;
        for (int i = 0; i < 8; ++i) {
          cancelled.spawn(weir::test::discard_value(db.one<std::string>(name_of, 1)));
          kept.spawn(check_name(db, 1, right));
        }
        // Sent or not: the rounds differ in how far they are.
        for (int turn = 0; turn < round % 5; ++turn) co_await yield();
        co_await cancelled.close();
        co_await kept.join();
      }
      CHECK(right == 400);
      CHECK(db.stats().connections == 1);
    });
  }

  TEST_CASE("the last read on a line is cancelled on the server as well") {
    on_postgres(one_connection("last"), [](pool& db) -> task<> {
      run_elsewhere("create table last.gate (id int)");
      const auto before = co_await db.one<std::int32_t>(backend_pid);
      const auto late =
          co_await with_timeout(
              100ms, db.one<std::string>(stmt<"select pg_sleep(3600)::text", statement_kind::read>))
              .as_result();
      REQUIRE_FALSE(late.has_value());
      CHECK(late.error().is(errc::deadline_exceeded));
      // With one connection only, this waits for it to be free again.
      const auto after = co_await db.one<std::int32_t>(backend_pid);
      CHECK(after == before);
    });
  }

  TEST_CASE("reads whose session is terminated are sent again on another connection") {
    on_postgres(options_for("terminated_reads"), [](pool& db) -> task<> {
      postgres::transaction holder = co_await db.begin();
      co_await holder.exec(take_lock);
      const auto backend = co_await db.one<std::int32_t>(backend_pid);
      scope waiting;
      bool has_answer = false;
      waiting.spawn(note_lock(db, has_answer));
      co_await until_lock_is_awaited();
      run_elsewhere("select pg_terminate_backend(" + std::to_string(backend) + ", 10000)");
      co_await until_lock_is_awaited();
      CHECK_FALSE(has_answer);
      co_await holder.rollback();
      co_await waiting.join();
      CHECK(has_answer);
    });
  }

  TEST_CASE("a write that is declared as a read is found out") {
    on_postgres(one_connection("declared"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      constexpr auto hidden =
          stmt<"insert into items values (1, 'a') returning id", statement_kind::read>;
      const auto refused = co_await db.one<std::int64_t>(hidden).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::invalid_argument));
      CHECK(refused.error().message().find("INSERT") != std::string::npos);
      CHECK(refused.error().message().find("statement_kind::write") != std::string::npos);
    });
  }

  TEST_CASE("reads without end leave the only connection to who wants it alone") {
    on_postgres(one_connection("fair"), [](pool& db) -> task<> {
      bool is_over = false;
      std::size_t reads = 0;
      scope readers;
      for (int i = 0; i < 20; ++i) readers.spawn(storm(db, is_over, reads));
      while (reads < 100) co_await yield();
      for (int i = 0; i < 20; ++i) {
        const std::size_t before = reads;
        co_await db.transaction(
            [](postgres::tx& work) -> task<> { co_await work.exec(take_lock); });
        while (reads == before) co_await yield();  // And the readers get it back.
      }
      is_over = true;
      co_await readers.join();
      CHECK(db.stats().connections == 1);
    });
  }

  TEST_CASE("reads are told why there is no connection") {
    postgres::pool_options options;
    options.conninfo = "postgresql://postgres@127.0.0.1:1/postgres";
    options.acquire_timeout = 200ms;
    on_postgres(options, [](pool& db) -> task<> {
      const auto refused = co_await db.one<std::int32_t>(backend_pid).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::unavailable));
      CHECK(refused.error().message().find("127.0.0.1 port 1") != std::string::npos);
    });
  }

  TEST_CASE("a closing pool lets reads on the wire come to their end") {
    loop here;
    const auto main = [](postgres::pool_options chosen) -> task<> {
      pool db(std::move(chosen));
      std::vector<std::int32_t> backends;
      scope readers;
      for (int i = 0; i < 10; ++i) readers.spawn(note_backend(db, backends));
      co_await db.one<std::int32_t>(backend_pid);
      co_await db.close();
      co_await readers.join();
      CHECK(backends.size() == 10);
    };
    here.run(main(one_connection("closing_reads")));
  }

  TEST_CASE("a pool that is closed refuses reads while others are on the wire") {
    loop here;
    const auto main = [](postgres::pool_options chosen) -> task<> {
      pool db(std::move(chosen));
      std::size_t reads = 0;
      std::optional<weir::error> refused;
      scope readers;
      readers.spawn(read_until_refused(db, reads, refused));
      while (reads < 10) co_await yield();
      co_await db.close();
      co_await readers.join();
      REQUIRE(refused.has_value());
      CHECK(refused->is(errc::closed));
    };
    here.run(main(one_connection("refused_reads")));
  }

  TEST_CASE("a read that ends its session fails alone: its neighbours have lines without it") {
    on_postgres(one_connection("poisoned"), [](pool& db) -> task<> {
      std::size_t right = 0;
      scope readers;
      for (std::int64_t by = 1; by < 6; ++by) readers.spawn(check_division(db, by, right));
      std::optional<postgres::error> failure;
      readers.spawn(keep_error(db, failure));
      for (std::int64_t by = 6; by < 11; ++by) readers.spawn(check_division(db, by, right));
      co_await readers.join();
      CHECK(right == 10);
      REQUIRE(failure.has_value());
      CHECK(failure->disposition() == disposition::retry);
    });
  }

  TEST_CASE("a connection that reads share ends with its lifetime, however many there are") {
    postgres::pool_options options = one_connection("aged");
    options.lifetime = 50ms;
    on_postgres(options, [](pool& db) -> task<> {
      bool is_over = false;
      std::size_t reads = 0;
      scope readers;
      // There is always one on the wire.
      for (int i = 0; i < 20; ++i) readers.spawn(storm(db, is_over, reads));
      const auto first = co_await db.one<std::int32_t>(backend_pid);
      for (auto other = first; other == first;) other = co_await db.one<std::int32_t>(backend_pid);
      is_over = true;
      co_await readers.join();
      CHECK(reads > 0);
    });
  }
}
