// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/listen.hpp"

#include "fixture.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::listen;
using postgres::notification;
using postgres::pool;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;

constexpr auto notify = stmt<"select pg_notify($1, $2)">;

/// Waits until the stream listens: a message that it gets says so.
task<> until_listening(pool& db, weir::stream<notification>& from) {
  for (;;) {
    co_await db.exec(notify, "ready", "");
    const auto came = co_await with_timeout(50ms, from.next()).as_result();
    if (came && came->has_value() && (*came)->channel == "ready") co_return;
  }
}

/// Ends the session that listens.
void end_listener() {
  while (run_elsewhere("select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity"
                       " where query like 'listen %'") == "0") {
  }
}

task<notification> next_of(weir::stream<notification>& from) {
  for (;;) {
    auto came = co_await from.next();
    REQUIRE(came.has_value());
    if (came->channel != "ready") co_return std::move(*came);
  }
}

}  // namespace

TEST_SUITE("postgres.listen") {
  TEST_CASE("what is notified comes, in its order, of the channels that are listened to") {
    on_postgres(options_for("listened"), [](pool& db) -> task<> {
      auto from = listen(db, {"ready", "Orders", "with \"quotes\""});
      co_await until_listening(db, from);
      co_await db.exec(notify, "Orders", "1");
      co_await db.exec(notify, "others", "no");
      co_await db.exec(notify, "with \"quotes\"", "2");
      co_await db.exec(notify, "Orders", "");
      const notification first = co_await next_of(from);
      const notification second = co_await next_of(from);
      const notification third = co_await next_of(from);
      CHECK(first.channel == "Orders");
      CHECK(first.payload == "1");
      CHECK_FALSE(first.is_gap);
      CHECK(second.channel == "with \"quotes\"");
      CHECK(third.payload.empty());
      CHECK(db.stats().connections == 1);
    });
  }

  TEST_CASE("a listener that is lost listens again, and tells of the gap") {
    on_postgres(options_for("gap"), [](pool& db) -> task<> {
      auto from = listen(db, {"ready", "orders"});
      co_await until_listening(db, from);
      end_listener();
      const notification gap = co_await next_of(from);
      CHECK(gap.is_gap);
      CHECK(gap.channel.empty());
      // It listens by then: what is notified now comes.
      co_await db.exec(notify, "orders", "after");
      const notification after = co_await next_of(from);
      CHECK(after.payload == "after");
    });
  }

  TEST_CASE("ten thousand messages come, none twice") {
    on_postgres(options_for("many"), [](pool& db) -> task<> {
      auto from = listen(db, {"ready", "numbers"});
      co_await until_listening(db, from);
      co_await db.exec(
          stmt<"select pg_notify('numbers', n::text) from generate_series(1, 10000) n">);
      int expected = 1;
      while (expected <= 10'000) {
        const notification one = co_await next_of(from);
        if (one.payload != std::to_string(expected)) break;
        ++expected;
      }
      CHECK(expected == 10'001);
    });
  }

  TEST_CASE("a cancelled wait loses nothing, and the stream may be given up") {
    on_postgres(options_for("patient"), [](pool& db) -> task<> {
      auto from = listen(db, {"ready", "orders"});
      co_await until_listening(db, from);
      for (int round = 0; round < 5; ++round) {
        const auto none = co_await with_timeout(5ms, from.next()).as_result();
        CHECK_FALSE(none.has_value());
        co_await db.exec(notify, "orders", std::to_string(round));
        const notification one = co_await next_of(from);
        CHECK(one.payload == std::to_string(round));
      }
    });
  }

  TEST_CASE("channels that cannot be are refused, and so is a server that is not there") {
    postgres::pool_options options;
    options.conninfo = "postgresql://postgres@127.0.0.1:1/postgres";
    options.acquire_timeout = 200ms;
    on_postgres(options, [](pool& db) -> task<> {
      auto none = listen(db, {});
      const auto refused = co_await none.next().as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::invalid_argument));
      auto nowhere = listen(db, {"orders"});
      for (int round = 0; round < 2; ++round) {
        const auto failed = co_await nowhere.next().as_result();
        REQUIRE_FALSE(failed.has_value());
        CHECK(failed.error().is(errc::unavailable));
      }
    });
  }
}
