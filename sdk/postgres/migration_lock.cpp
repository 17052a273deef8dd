// SPDX-License-Identifier: Apache-2.0
#include "migration_lock.hpp"

namespace weir::postgres::detail {
namespace {

/// "weirmigr" in ASCII.
constexpr std::int64_t lock_key = 0x776569726d696772;

/// While a file runs beside it, the transaction that holds the lock is idle. The snapshot of its
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

}  // namespace

task<> take_migration_lock(tx& db) {
  const bool is_ours = co_await db.one<bool>(take_free_lock, lock_key);
  if (!is_ours) throw lock_is_held();
  co_await db.exec(stay_idle);
}

task<weir::error> held_for_too_long(pool& on, duration patience) {
  const auto holder = co_await on.maybe<std::string>(find_holder, lock_key);
  const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  co_return weir::error(errc::unavailable, disposition::retry,
                        "another program migrates this database, and was not done within " +
                            std::to_string(waited) +
                            " ms: " + holder.value_or("it has just ended. Migrate again"));
}

}  // namespace weir::postgres::detail
