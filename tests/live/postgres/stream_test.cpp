// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include "fixture.hpp"
#include "weir/scope.hpp"
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

struct pair {
  std::int64_t number = 0;
  std::string text;
};

constexpr auto numbers = stmt<
    "select n as number, 'row ' || n as text"
    " from generate_series($1::bigint, $2::bigint) n",
    statement_kind::read>;
constexpr auto open_cursors =
    stmt<"select count(*) from pg_cursors where name like 'weir%'", statement_kind::read>;

/// What AddressSanitizer keeps of freed memory, at most.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::int64_t kept_by_sanitizer_kib = 300 << 10;
#elif defined(__has_feature)
constexpr std::int64_t kept_by_sanitizer_kib = __has_feature(address_sanitizer) ? 300 << 10 : 0;
#else
constexpr std::int64_t kept_by_sanitizer_kib = 0;
#endif

/// How many rows come, in their order from `first`; fails the case for another one.
task<std::int64_t> count_in_order(weir::stream<pair> rows, std::int64_t first) {
  std::int64_t next = first;
  while (auto row = co_await rows.next()) {
    if (row->number != next || row->text != "row " + std::to_string(next)) break;
    ++next;
  }
  co_return next - first;
}

task<> take_some(pool& db, int count) {
  auto rows = db.stream<pair>(numbers, std::int64_t{1}, std::int64_t{1'000'000});
  for (int taken = 0; taken < count; ++taken) {
    const auto row = co_await rows.next();
    REQUIRE(row.has_value());
  }
}

std::int64_t peak_memory_kib() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss;
}

}  // namespace

TEST_SUITE("postgres.stream") {
  TEST_CASE("every row comes, once and in its order, however many there are") {
    on_postgres(options_for("streamed"), [](pool& db) -> task<> {
      for (const std::int64_t count : {0, 1, 15, 16, 17, 8192, 100'000}) {
        const auto came =
            co_await count_in_order(db.stream<pair>(numbers, std::int64_t{1}, count), 1);
        CHECK(came == count);
      }
      CHECK(db.stats().idle == 1);
    });
  }

  TEST_CASE("two million rows take no more memory than some") {
    on_postgres(options_for("flat"), [](pool& db) -> task<> {
      constexpr std::int64_t some = 20'000;
      constexpr std::int64_t many = 2'000'000;
      const auto came = co_await count_in_order(db.stream<pair>(numbers, std::int64_t{1}, some), 1);
      CHECK(came == some);
      const std::int64_t before = peak_memory_kib();
      const auto all = co_await count_in_order(db.stream<pair>(numbers, std::int64_t{1}, many), 1);
      CHECK(all == many);
      // All at once they would be 200 MB and more.
      CHECK(peak_memory_kib() - before < 20'000 + kept_by_sanitizer_kib);
    });
  }

  TEST_CASE("large rows come in small pieces") {
    on_postgres(options_for("wide"), [](pool& db) -> task<> {
      const std::int64_t before = peak_memory_kib();
      auto rows =
          db.stream<std::string>(stmt<"select repeat('x', 1000000) from generate_series(1, 300)">);
      int count = 0;
      while (auto row = co_await rows.next()) {
        if (row->size() == 1'000'000) ++count;
      }
      CHECK(count == 300);
      // The first piece has 16 of them.
      CHECK(peak_memory_kib() - before < 100'000 + kept_by_sanitizer_kib);
    });
  }

  TEST_CASE("a stream that is given up leaves its connection clean") {
    postgres::pool_options options = options_for("given_up");
    options.max_connections = 1;
    on_postgres(options, [](pool& db) -> task<> {
      for (const int count : {0, 1, 16, 100, 5000}) {
        co_await take_some(db, count);
        const auto cursors = co_await db.one<std::int64_t>(open_cursors);
        CHECK(cursors == 0);
      }
      CHECK(db.stats().connections == 1);
    });
  }

  TEST_CASE("an error behind some rows is thrown when they have come") {
    on_postgres(options_for("late_error"), [](pool& db) -> task<> {
      auto rows = db.stream<std::int64_t>(stmt<"select (1000 / (500 - n))::bigint"
                                               " from generate_series(1, 1000) n">);
      int came = 0;
      std::optional<postgres::error> refused;
      try {
        while (co_await rows.next()) ++came;
      } catch (const postgres::error& failure) {
        refused = failure;
      }
      REQUIRE(refused.has_value());
      CHECK(refused->sqlstate() == "22012");
      CHECK(came > 0);
      CHECK(came < 500);
      const auto end = co_await rows.next();
      CHECK_FALSE(end.has_value());
      const auto works = co_await db.one<std::int64_t>(open_cursors);
      CHECK(works == 0);
    });
  }

  TEST_CASE("a transaction streams and runs other statements in between") {
    on_postgres(options_for("between"), [](pool& db) -> task<> {
      co_await db.exec(stmt<"create table seen (number bigint)">);
      const auto body = [](postgres::tx& work) -> task<> {
        auto rows = work.stream<pair>(numbers, std::int64_t{1}, std::int64_t{500});
        auto others = work.stream<pair>(numbers, std::int64_t{1}, std::int64_t{500});
        while (auto row = co_await rows.next()) {
          work.enqueue(stmt<"insert into seen values ($1)">, row->number);
          const auto other = co_await others.next();
          if (!other || other->number != row->number) break;
        }
      };
      co_await db.transaction(body);
      const auto seen = co_await db.one<std::int64_t>(
          stmt<"select count(distinct number) from seen", statement_kind::read>);
      CHECK(seen == 500);
    });
  }

  TEST_CASE("a deadline ends the query on the server, and the connection works on") {
    postgres::pool_options options = options_for("slow_stream");
    options.max_connections = 1;
    on_postgres(options, [](pool& db) -> task<> {
      {
        auto rows = db.stream<std::string>(stmt<"select pg_sleep(3600)::text">);
        const auto late = co_await with_timeout(100ms, rows.next()).as_result();
        REQUIRE_FALSE(late.has_value());
        CHECK(late.error().is(errc::deadline_exceeded));
      }
      const auto works = co_await db.one<std::int64_t>(open_cursors);
      CHECK(works == 0);
    });
  }

  TEST_CASE("a server that goes away in the middle is an error") {
    on_postgres(options_for("lost_stream"), [](pool& db) -> task<> {
      auto rows =
          db.stream<std::int32_t>(stmt<"select pg_backend_pid() from generate_series(1, 1000000)">);
      const auto backend = co_await rows.next();
      REQUIRE(backend.has_value());
      run_elsewhere("select pg_terminate_backend(" + std::to_string(*backend) + ", 10000)");
      bool is_lost = false;
      try {
        while (co_await rows.next()) {
        }
      } catch (const postgres::error& failure) {
        is_lost = failure.disposition() == disposition::retry;
      }
      CHECK(is_lost);
    });
  }
}
