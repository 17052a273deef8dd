// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"
#include "stock.hpp"
#include "weir/postgres/copy.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::copy_writer;
using postgres::pool;
using postgres::tx;
using shop::stock;
using shop::stocks;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;

constexpr auto make_stock =
    stmt<"create table stock (id bigint primary key, name text not null, \"left\" integer)">;
constexpr auto count_stock = stmt<"select count(*) from stock">;
constexpr auto backend_pid = stmt<"select pg_backend_pid()">;

/// Runs `body(transaction)` beside a table, rolls back, and checks that nothing was stored and that
/// the only connection is used again.
template <class Body>
void in_transaction(const std::string& schema, Body body) {
  postgres::pool_options options = options_for(schema);
  options.max_connections = 1;
  on_postgres(options, [&body](pool& db) -> task<> {
    co_await db.exec(make_stock);
    const auto backend = co_await db.one<std::int32_t>(backend_pid);
    {
      postgres::transaction work = co_await db.begin();
      co_await work.exec(count_stock);
      co_await body(work);
      co_await work.rollback();
    }
    const auto count = co_await db.one<std::int64_t>(count_stock);
    CHECK(count == 0);
    const auto same = co_await db.one<std::int32_t>(backend_pid);
    CHECK(same == backend);
  });
}

task<> check_failed(tx& work) {
  const postgres::error after = co_await error_of(work.exec(count_stock));
  CHECK(after.not_executed());
}

task<> copy_until_late(tx& work) {
  auto rows = co_await copy_in(work, stocks);
  const stock one{1, "a", {}};
  co_await rows.write(one);
  (void)co_await with_timeout(100ms, rows.finish());
}

/// More than come at once.
weir::stream<stock> many_rows(tx& work) {
  return work.stream<stock>(stmt<"select n as id, 'x' as name, 1 as \"left\""
                                 " from generate_series(1::bigint, 1000) as n">);
}

task<> copy_from(weir::stream<stock>& from, copy_writer<stock>& to) {
  while (const auto row = co_await from.next()) co_await to.write(*row);
}

/// Enqueues, as much as there is room for, until that is refused.
task<> enqueue_on(tx& work, std::string& refusal) {
  while (refusal.empty()) {
    try {
      work.enqueue(count_stock);
    } catch (const weir::error& refused) {
      if (!refused.is(errc::limit_exceeded)) refusal = refused.message();
    }
    co_await yield();
  }
}

using kept_writer = std::optional<copy_writer<stock>>;

/// Begins a COPY that goes on behind a savepoint.
task<> leave_open(tx& work, kept_writer& rows, bool throws) {
  const auto body = [&rows, throws](tx& inner) -> task<> {
    rows.emplace(co_await copy_in(inner, stocks));
    if (throws) throw std::logic_error("no");
  };
  co_await work.savepoint(body);
}

}  // namespace

TEST_SUITE("postgres.copy_session") {
  TEST_CASE("a COPY that is cancelled in a savepoint ends the whole transaction") {
    in_transaction("copy_late", [](postgres::transaction& work) -> task<> {
      co_await work.exec(stmt<"create function halt() returns trigger language plpgsql as"
                              " 'begin perform pg_sleep(3600); return new; end'">);
      co_await work.exec(stmt<"create trigger halt before insert on stock for each row"
                              " execute function halt()">);
      const auto late = co_await work.savepoint(copy_until_late).as_result();
      REQUIRE_FALSE(late.has_value());
      CHECK(late.error().is(errc::deadline_exceeded));
      co_await check_failed(work);
    });
  }

  TEST_CASE("a stream that is read beside a COPY is refused, and the COPY goes on") {
    in_transaction("copy_streamed", [](postgres::transaction& work) -> task<> {
      auto from = many_rows(work);
      const auto first = co_await from.next();
      REQUIRE(first.has_value());
      auto to = co_await copy_in(work, stocks);
      const auto refused = co_await copy_from(from, to).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::invalid_argument));
      CHECK(refused.error().message().find("a COPY is under way") != std::string::npos);
      const auto stored = co_await to.finish();
      CHECK(stored == 15);
    });
  }

  TEST_CASE("a stream may end before its rows do beside a COPY") {
    in_transaction("copy_stream_ends", [](postgres::transaction& work) -> task<> {
      kept_writer to;
      {
        auto from = many_rows(work);
        const auto first = co_await from.next();
        REQUIRE(first.has_value());
        to.emplace(co_await copy_in(work, stocks));
        co_await to->write(*first);
      }
      const auto stored = co_await to->finish();
      CHECK(stored == 1);
      const auto count = co_await work.one<std::int64_t>(count_stock);
      CHECK(count == 1);
    });
  }

  TEST_CASE("a task that enqueues while another begins a COPY is refused, and the COPY begins") {
    in_transaction("copy_beside", [](postgres::transaction& work) -> task<> {
      for (int round = 0; round < 5; ++round) {
        std::string refusal;
        scope others;
        others.spawn(enqueue_on(work, refusal));
        auto to = co_await copy_in(work, stocks);
        co_await others.join();
        CHECK(refusal.find("a COPY is under way") != std::string::npos);
        const stock one{round, "x", {}};
        co_await to.write(one);
        const auto stored = co_await to.finish();
        CHECK(stored == 1);
      }
    });
  }

  TEST_CASE("a COPY that is open at the end of a savepoint ends the whole transaction") {
    in_transaction("copy_open", [](postgres::transaction& work) -> task<> {
      kept_writer rows;
      const auto refused = co_await leave_open(work, rows, false).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::invalid_argument));
      CHECK(refused.error().message().find("a COPY is under way") != std::string::npos);
      const postgres::error after = co_await error_of(rows->finish());
      CHECK(after.not_executed());
      co_await check_failed(work);
    });
    in_transaction("copy_open_thrown", [](postgres::transaction& work) -> task<> {
      kept_writer rows;
      bool thrown = false;
      try {
        co_await leave_open(work, rows, true);
      } catch (const std::logic_error&) {
        thrown = true;
      }
      CHECK(thrown);
      co_await check_failed(work);
    });
  }
}
