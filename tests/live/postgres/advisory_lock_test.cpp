// SPDX-License-Identifier: Apache-2.0
#include "clean_pool.hpp"
#include "fixture.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using postgres::advisory_key;
using postgres::pool;
using postgres::tx;
using weir::test::check_clean;
using weir::test::on_postgres;
using weir::test::options_for;

constexpr advisory_key orders("orders");

constexpr auto waiters =
    stmt<"select count(*) from pg_locks where locktype = 'advisory' and not granted">;

task<> take(pool& db, bool is_shared, bool& taken) {
  postgres::transaction work = co_await db.begin();
  if (is_shared) co_await work.lock_shared(orders);
  if (!is_shared) co_await work.lock(orders);
  taken = true;
  co_await work.commit();
}

task<> wait_for_end(pool& db) {
  for (const bool is_shared : {false, true}) {
    postgres::transaction holder = co_await db.begin();
    co_await holder.lock(orders);
    bool taken = false;
    scope waiting;
    waiting.spawn(take(db, is_shared, taken));
    for (std::int64_t waits = 0; waits == 0;) waits = co_await db.one<std::int64_t>(waiters);
    CHECK_FALSE(taken);
    // It ends with the transaction, however that ends.
    if (is_shared) co_await holder.commit();
    if (!is_shared) co_await holder.rollback();
    co_await waiting.join();
    CHECK(taken);
  }
  co_await check_clean(db);
}

task<bool> is_free(pool& db, advisory_key key) {
  const auto body = [key](tx& work) { return work.try_lock(key); };
  co_return co_await db.transaction(body);
}

task<> try_it(pool& db) {
  postgres::transaction holder = co_await db.begin();
  const bool first = co_await holder.try_lock(orders);
  CHECK(first);
  // It has it already.
  const bool again = co_await holder.try_lock(orders);
  CHECK(again);
  const bool held = co_await is_free(db, orders);
  CHECK_FALSE(held);
  const bool same_text = co_await is_free(db, advisory_key(std::string_view("orders")));
  CHECK_FALSE(same_text);
  const bool same_number = co_await is_free(db, advisory_key(orders.number()));
  CHECK_FALSE(same_number);
  const bool other = co_await is_free(db, advisory_key("order"));
  CHECK(other);
  co_await holder.rollback();
  const bool released = co_await is_free(db, orders);
  CHECK(released);
  co_await check_clean(db);
}

task<> share(pool& db) {
  postgres::transaction one = co_await db.begin();
  postgres::transaction two = co_await db.begin();
  co_await one.lock_shared(orders);
  co_await two.lock_shared(orders);
  const bool alone = co_await is_free(db, orders);
  CHECK_FALSE(alone);
  co_await one.rollback();
  const bool still = co_await is_free(db, orders);
  CHECK_FALSE(still);
  co_await two.rollback();
  const bool now = co_await is_free(db, orders);
  CHECK(now);
  co_await check_clean(db);
}

task<> cancel_wait(pool& db) {
  postgres::transaction holder = co_await db.begin();
  co_await holder.lock(orders);
  bool taken = false;
  scope waiting;
  waiting.spawn(take(db, false, taken));
  for (std::int64_t waits = 0; waits == 0;) waits = co_await db.one<std::int64_t>(waiters);
  co_await waiting.close();
  CHECK_FALSE(taken);
  const auto left = co_await db.one<std::int64_t>(waiters);
  CHECK(left == 0);
  co_await holder.rollback();
  const bool now = co_await is_free(db, orders);
  CHECK(now);
  co_await check_clean(db);
}

}  // namespace

TEST_SUITE("postgres.advisory_lock") {
  TEST_CASE("a text is the same number in every program and version") {
    // FNV-1a of 64 bits, whose test values are published.
    CHECK(advisory_key("").number() == static_cast<std::int64_t>(0xcbf29ce484222325));
    CHECK(advisory_key("a").number() == static_cast<std::int64_t>(0xaf63dc4c8601ec8c));
    CHECK(advisory_key("foobar").number() == static_cast<std::int64_t>(0x85944171f73967e8));
    CHECK(advisory_key(std::int64_t{-7}).number() == -7);
  }

  TEST_CASE("a lock is waited for until the transaction that has it ends") {
    on_postgres(options_for("waited"), wait_for_end);
  }

  TEST_CASE("a lock is tried without waiting, by number or by text") {
    on_postgres(options_for("free_lock"), try_it);
  }

  TEST_CASE("a lock is shared by those who share it, and kept from one who wants it alone") {
    on_postgres(options_for("shared_lock"), share);
  }

  TEST_CASE("one who waits for a lock and is cancelled leaves nothing behind") {
    on_postgres(options_for("cancelled_lock"), cancel_wait);
  }
}
