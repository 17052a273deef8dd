// SPDX-License-Identifier: Apache-2.0
#include "migration_lock.hpp"

#include "weir/loop.hpp"
#include "weir/sleep.hpp"

namespace weir::postgres::detail {
namespace {

/// "weirmigr" in ASCII.
constexpr advisory_key lock_key(std::int64_t{0x776569726d696772});

constexpr std::chrono::milliseconds pause_min{5};
constexpr std::chrono::milliseconds pause_max{250};

/// While it waits, and while a file runs beside it, this transaction is idle. The snapshot of its
/// last query lives until the next statement: this is one that has none, and, declared as a read,
/// has no question for the number of the transaction behind it.
constexpr auto stay_idle =
    stmt<"set local idle_in_transaction_session_timeout = 0", statement_kind::read>;

constexpr auto take_free_lock = stmt<"select pg_try_advisory_xact_lock($1)", statement_kind::read>;

constexpr auto find_holder = stmt<
    "select format('server process %s (user %s, application \"%s\", from %s, in its transaction "
    "since %s). Wait until it is done; if it hangs, end it with: "
    "select pg_terminate_backend(%s)', pid, coalesce(usename::text, 'unknown'), "
    "coalesce(application_name, ''), coalesce(host(client_addr), 'a local socket'), "
    "coalesce(to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS TZ'), 'unknown'), pid) "
    "from pg_locks join pg_stat_activity using (pid) "
    "where locktype = 'advisory' and granted and objsubid = 1 "
    "and classid::bigint = $1 >> 32 and objid::bigint = $1 & 4294967295 "
    "and database = (select oid from pg_database where datname = current_database()) limit 1">;

task<weir::error> held_by_other(tx& db, duration patience) {
  const auto holder = co_await db.maybe<std::string>(find_holder, lock_key.number());
  const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  co_return weir::error(errc::unavailable, disposition::retry,
                        "another program migrates this database, and was not done within " +
                            std::to_string(waited) +
                            " ms: " + holder.value_or("it has just ended. Migrate again"));
}

}  // namespace

task<> lock_migrations(tx& db, duration patience) {
  const time_point until = saturating_add(loop::current().now(), patience);
  duration pause = pause_min;
  for (;;) {
    const bool is_ours = co_await db.one<bool>(take_free_lock, lock_key.number());
    co_await db.exec(stay_idle);
    if (is_ours) co_return;
    const duration left = until - loop::current().now();
    if (left <= duration::zero()) break;
    co_await sleep(std::min(pause, left));
    pause = std::min<duration>(pause * 2, pause_max);
  }
  const weir::error held = co_await held_by_other(db, patience);
  throw held;
}

}  // namespace weir::postgres::detail
